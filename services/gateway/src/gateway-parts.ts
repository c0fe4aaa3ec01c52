import type { ProjectionJson, SubjectJson } from '@waggle/api'
import type { Clock, Logger, Random } from '@waggle/base'
import type { OpenAPIHono } from '@hono/zod-openapi'
import type { GatewayBus } from './gateway-bus.ts'
import type { PastReaders } from './past-readers.ts'
import type { Grant, Principal } from './principal.ts'
import type { Sessions } from './sessions.ts'

/** The analyst's door to ClickHouse, embedded or over HTTP; `swarms` bounds what is seen, undefined for all. */
export interface AnalystQuery {
  (query: {
    readonly text: string
    readonly params: Readonly<Record<string, string | number | boolean>>
    readonly swarms: readonly string[] | undefined
    readonly maxRows: number
    readonly signal: AbortSignal
  }): Promise<{
    readonly columns: readonly { readonly name: string; readonly type: string }[]
    readonly rows: readonly (readonly unknown[])[]
    readonly truncated: boolean
  }>
}

export interface GatewayOptions {
  readonly bus: GatewayBus
  readonly grants: readonly Grant[]
  readonly clock: Clock
  readonly random: Random
  readonly logger: Logger
  /** Undefined where there is no analytical store. */
  readonly analystQuery?: AnalystQuery | undefined
  /** Projections of other processes, for who looks at all of them. */
  readonly otherProjections?: (() => Promise<readonly ProjectionJson[]>) | undefined
  /** Subjects of the schema registry; those of the built-in one on the bus's log if left out. */
  readonly subjects?: (() => Promise<SubjectJson[]>) | undefined
  /** Pages of these origins may ask; only the gateway's own if left out. */
  readonly origins?: readonly string[]
  /** Host names it answers to, against DNS rebinding; those of the loopback if left out. */
  readonly hosts?: readonly string[]
  /** Folder of the built dashboard; none is served if left out. */
  readonly dashboard?: string | undefined
  /** Bytes of a body at most; 8 MiB if left out. */
  readonly bodyBytesMax?: number
  readonly version: string
  readonly embedded: boolean
}

/** What the routes are made of. */
export interface GatewayParts extends GatewayOptions {
  readonly readers: PastReaders
  readonly sessions: Sessions
}

export interface GatewayEnv {
  Variables: { principal: Principal }
}

export type GatewayApp = OpenAPIHono<GatewayEnv>
