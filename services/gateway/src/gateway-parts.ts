import type { ProjectionJson, SubjectJson } from '@waggle/api'
import type { Clock, Logger, Random } from '@waggle/base'
import type { KeptCertificate } from '@waggle/certify'
import type { TopicFacts } from '@waggle/event'
import type { KafkaLogStatus } from '@waggle/log/kafka'
import type { OpenAPIHono } from '@hono/zod-openapi'
import type { AnalystDoor } from './analyst/analyst-door.ts'
import type { Doorkeeper } from './doorkeeper.ts'
import type { GatewayBus } from './gateway-bus.ts'
import type { PastReaders } from './past-readers.ts'
import type { Grant, Principal } from './principal.ts'
import type { TrafficCounts } from './traffic-counts.ts'
import type { Sessions } from './sessions.ts'

export interface GatewayOptions {
  readonly bus: GatewayBus
  /** Tokens, or where to find those of now. */
  readonly grants: readonly Grant[] | (() => readonly Grant[])
  readonly clock: Clock
  readonly random: Random
  readonly logger: Logger
  /** Undefined where there is no analytical store. */
  readonly analyst?: AnalystDoor | undefined
  /** Projections of other processes, for who looks at all of them. */
  readonly otherProjections?: (() => Promise<readonly ProjectionJson[]>) | undefined
  /** Subjects of the schema registry; those of the built-in one on the bus's log if left out. */
  readonly subjects?: (() => Promise<SubjectJson[]>) | undefined
  /** A schema registry elsewhere, behind /registry; the built-in one on the bus's log if left out. */
  readonly registry?: ((request: Request) => Promise<Response>) | undefined
  /** The newest certificate of the log, for proofs in evidence packs. */
  readonly certified?: (() => Promise<KeptCertificate | undefined>) | undefined
  /** Of a log elsewhere. */
  readonly logStatus?: (() => KafkaLogStatus) | undefined
  /** Topics as the cluster has them, for /asyncapi.json. */
  readonly topics?: TopicFacts | undefined
  /** Pages of these origins may ask; only the gateway's own if left out. */
  readonly origins?: readonly string[]
  /** Host names it answers to, against DNS rebinding; those of the loopback if left out. */
  readonly hosts?: readonly string[]
  /** Folder of the built dashboard; none is served if left out. */
  readonly dashboard?: string | undefined
  /** Bytes of a body at most; 8 MiB if left out. */
  readonly bodyBytesMax?: number
  /** Counts what is asked; counts of its own if left out. */
  readonly traffic?: TrafficCounts
  readonly version: string
  readonly embedded: boolean
}

/** What the routes are made of. */
export interface GatewayParts extends GatewayOptions {
  readonly readers: PastReaders
  readonly sessions: Sessions
  readonly doorkeeper: Doorkeeper
  readonly traffic: TrafficCounts
}

export interface GatewayEnv {
  Variables: { principal: Principal }
  /** Over HTTP the answer of Node; undefined for requests in process. */
  Bindings: { readonly outgoing?: Destroyable }
}

interface Destroyable {
  destroy(): unknown
}

export type GatewayApp = OpenAPIHono<GatewayEnv>

/** What is left open behind answers, such as sessions, ends with it. */
export type ClosableGatewayApp = GatewayApp & { close(): Promise<void> }
