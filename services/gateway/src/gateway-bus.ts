import type { Clock } from '@waggle/base'
import type { ProjectionRunner } from '@waggle/consume'
import type { Codec } from '@waggle/codec'
import type { Emitter } from '@waggle/emit'
import type { EventLog } from '@waggle/log'
import type { MemoryView } from '@waggle/memory'
import type { PastSource, SwarmQuery, ViewSource } from '@waggle/query'
import type { BankView } from '@waggle/reasoning-bank'
import type { TrajectoryIndex } from '@waggle/replay'
import type { Vault } from '@waggle/vault'
import type { CoordinationView } from '@waggle/view-coordination'
import type { HotView } from '@waggle/view-hot'

/** Views by name, as they are read now. */
export interface Views {
  readonly hot: HotView
  readonly coordination: CoordinationView
  readonly memory: MemoryView
  readonly bank: BankView
}

/** Views that can be asked about the past. */
export type GatewayPast = { readonly [Name in keyof Views]: PastSource<Views[Name]> }

/** What the gateway takes of a bus; the embedded one and the cluster's both give it. */
export interface GatewayBus {
  readonly log: EventLog
  readonly codec: Codec
  readonly clock: Clock
  readonly vault: Vault | undefined
  readonly hot: ViewSource<HotView>
  readonly coordination: ViewSource<CoordinationView>
  readonly memory: ViewSource<MemoryView>
  readonly bank?: ViewSource<BankView> | undefined
  readonly trajectories: TrajectoryIndex | undefined
  /** What is projected in this process. */
  readonly runners: readonly ProjectionRunner[]
  emitter(options: {
    readonly swarm: string
    readonly agent: string
    readonly session: string
    readonly run?: string | null
    readonly lastSeq?: number
    readonly clock?: Clock
  }): Emitter
  /** `log`: the run's own, such as a fork's, which is folded from its start. */
  query(scope: { swarm: string; run: string | null; log?: EventLog }): SwarmQuery<GatewayPast>
}
