import type { Clock } from '@waggle/base'
import type { Codec } from '@waggle/codec'
import type { Emitter } from '@waggle/emit'
import type { EventLog } from '@waggle/log'
import type { MemoryView } from '@waggle/memory'
import type { SwarmQuery, ViewSource } from '@waggle/query'
import type { CoordinationView } from '@waggle/view-coordination'

export interface DemoScope {
  readonly swarm: string
  readonly run: string
}

export type Digests = Readonly<Record<string, string>>

/** What the demo asks of a bus, embedded or a cluster. */
export interface DemoHost {
  readonly log: EventLog
  readonly codec: Codec
  readonly coordination: ViewSource<CoordinationView>
  readonly memory: ViewSource<MemoryView>
  emitter(options: EmitterNeeds): Emitter
  query(scope: DemoScope): SwarmQuery
  /** The newest state that an agent has written of itself. */
  stateOf(scope: DemoScope, agent: string): Promise<string | undefined>
  caughtUp(timeoutMs: number): Promise<void>
  /** Digest by view, as the views are and as they come out of the log projected again. */
  compareRebuilt(): Promise<{ readonly live: Digests; readonly rebuilt: Digests }>
  stop(): Promise<void>
}

export interface EmitterNeeds extends DemoScope {
  readonly agent: string
  readonly session: string
  readonly lastSeq: number
  readonly clock: Clock
}
