import type { Clock } from '@waggle/base'
import type { Codec } from '@waggle/codec'
import type { BusEmitterOptions, Emitter } from '@waggle/emit'
import type { EventLog } from '@waggle/log'
import type { ViewSource } from '@waggle/query'
import type { Vault } from '@waggle/vault'
import type { CoordinationView } from '@waggle/view-coordination'

/** What the agents' side takes of a bus; the embedded one and the cluster's both give it. */
export interface CoordinationBus {
  readonly log: EventLog
  readonly codec: Codec
  readonly clock: Clock
  readonly coordination: ViewSource<CoordinationView>
  /** Opens what is said about subjects; without one it stays sealed. */
  readonly vault?: Pick<Vault, 'open'> | undefined
  emitter(options: AgentOptions): Emitter
}

/** One agent in one swarm and run, in one session. */
export type AgentOptions = BusEmitterOptions

/** A bus as one agent has it. */
export interface AgentBus {
  readonly log: EventLog
  readonly codec: Codec
  readonly clock: Clock
  readonly coordination: ViewSource<CoordinationView>
  readonly vault?: Pick<Vault, 'open'> | undefined
  readonly emitter: Emitter
  readonly swarm: string
  readonly run: string | null
  readonly agent: string
}

/** A bus as one agent has it in one run; live if none is given. */
export function agentBus(bus: CoordinationBus, options: AgentOptions): AgentBus {
  const { log, codec, coordination, vault } = bus
  const { swarm, agent, run = null, clock = bus.clock } = options
  const emitter = bus.emitter(options)
  return { log, codec, coordination, vault, clock, swarm, agent, run, emitter }
}
