import type { AgentSdkBus } from '@waggle/agent'
import type { ProjectionRunner } from '@waggle/consume'
import type { EventLog } from '@waggle/log'
import type { MemoryView } from '@waggle/memory'
import type { PastSource, SwarmQuery } from '@waggle/query'
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
export interface GatewayBus extends Omit<AgentSdkBus, 'vault'> {
  readonly vault: Vault | undefined
  readonly trajectories: TrajectoryIndex | undefined
  /** What is projected in this process. */
  readonly runners: readonly ProjectionRunner[]
  /** `log`: the run's own, such as a fork's, which is folded from its start. */
  query(scope: { swarm: string; run: string | null; log?: EventLog }): SwarmQuery<GatewayPast>
}
