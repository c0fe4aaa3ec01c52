import type { Decimal, Micros } from '@waggle/base'
import type { Agent, AgentState, Bar, Decision, Signal, StateType } from '@waggle/event'
import type { Ordered } from './hot-order.ts'

/** One event as the hot view keeps it. */
export interface Entry<E> extends Ordered {
  readonly event: E
}

/** What an agent holds of an instrument: sums over its fills, so that their order does not matter. */
export interface Holding {
  readonly agent: string
  readonly instrument: string
  quantity: Decimal
  /** Paid (negative) or received (positive) for all fills, fees included. */
  cash: Decimal
  fees: Decimal
  fills: number
}

/** Everything the hot view knows of one swarm in one run. */
export interface HotSwarm {
  readonly agents: Map<string, Entry<Agent>>
  readonly states: Map<string, Partial<Record<StateType, Entry<AgentState>>>>
  /** Signals by id; those past their time are dropped as the run's clock moves. */
  readonly signals: Map<string, Entry<Signal> & { readonly expiresAt: Micros }>
  readonly decisions: Entry<Decision>[]
  readonly decisionsByAgent: Map<string, Entry<Decision>[]>
  readonly holdings: Map<string, Holding>
  /** Highest fencing token seen, by resource. */
  readonly fences: Map<string, number>
  /** Fills refused for a stale token. */
  staleFills: number
  /** Last bars by instrument, sorted by occurred_at; a later bar of the same time is a correction. */
  readonly bars: Map<string, Entry<Bar>[]>
  /** Largest known_from seen: the clock by which signals expire. */
  clock: Micros
  expiryDueAt: Micros
}

/** run ('' is live) -> swarm -> state */
export type HotState = Map<string, Map<string, HotSwarm>>

export const RECENT_DECISIONS = 256
export const RECENT_DECISIONS_BY_AGENT = 64
export const RECENT_BARS = 256

export function emptySwarm(): HotSwarm {
  return {
    agents: new Map(),
    states: new Map(),
    signals: new Map(),
    decisions: [],
    decisionsByAgent: new Map(),
    holdings: new Map(),
    fences: new Map(),
    staleFills: 0,
    bars: new Map(),
    clock: 0,
    expiryDueAt: Infinity,
  }
}

export function swarmOf(state: HotState, run: string | null, swarm: string): HotSwarm {
  let swarms = state.get(run ?? '')
  if (swarms === undefined) state.set(run ?? '', (swarms = new Map()))
  let found = swarms.get(swarm)
  if (found === undefined) swarms.set(swarm, (found = emptySwarm()))
  return found
}
