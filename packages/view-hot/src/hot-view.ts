import type { Micros } from '@waggle/base'
import type { Agent, AgentState, Bar, Decision, Signal, StateType } from '@waggle/event'
import { compareOrder } from './hot-order.ts'
import type { Entry, Holding, HotState, HotSwarm } from './hot-state.ts'

export interface SwarmScope {
  readonly swarm: string
  /** Null is live. */
  readonly run: string | null
}

export interface SignalFilter {
  /** Signals meant for this agent, or for everyone. */
  readonly target?: string
  readonly domain?: string
  /** Alive at this time; the run's own clock if left out. */
  readonly at?: Micros
}

/** What there is to ask about; small, and known to the process that folds the view alone. */
export interface HotOverview {
  /** Every swarm in every run that the view has seen, by swarm, then by run, live first. */
  scopes(): SwarmScope[]
  /** Instruments with bars or fills, sorted. */
  instruments(scope: SwarmScope): string[]
}

/** Lookups in a hot state. Answers are the view's own objects: read them, do not change them. */
export interface HotView extends HotOverview {
  agent(scope: SwarmScope, agent: string): Entry<Agent> | undefined
  agents(scope: SwarmScope): Entry<Agent>[]
  /** Joined and not left. */
  isMember(scope: SwarmScope, agent: string): boolean
  agentState(scope: SwarmScope, agent: string, type?: StateType): Entry<AgentState> | undefined
  /**
   * Oldest first, every signal as it was sent: a repeat under the same dedupe_key is one of its own here, so
   * that nothing an agent may have seen is missing. Repeats as one, statuses and escalation are in the
   * coordination view (`SignalView`).
   */
  activeSignals(scope: SwarmScope, filter?: SignalFilter): Entry<Signal>[]
  /** Newest first. */
  recentDecisions(scope: SwarmScope, limit: number, agent?: string): Entry<Decision>[]
  holding(scope: SwarmScope, agent: string, instrument: string): Holding | undefined
  holdings(scope: SwarmScope): Holding[]
  /** Newest last. */
  lastBars(scope: SwarmScope, instrument: string, limit: number): Entry<Bar>[]
  /** The run's clock: the newest known_from the view has seen of the swarm; 0 before any. */
  clock(scope: SwarmScope): Micros
}

export function createHotView(state: HotState): HotView {
  const swarmOf = ({ swarm, run }: SwarmScope): HotSwarm | undefined =>
    state.get(run ?? '')?.get(swarm)
  return {
    agent: (scope, agent) => swarmOf(scope)?.agents.get(agent),
    agents: (scope) => [...(swarmOf(scope)?.agents.values() ?? [])],
    isMember: (scope, agent) => {
      const entry = swarmOf(scope)?.agents.get(agent)
      return entry !== undefined && entry.event.op !== 'LEFT'
    },
    agentState: (scope, agent, type = 'CURRENT') => swarmOf(scope)?.states.get(agent)?.[type],
    activeSignals: (scope, filter = {}) => activeSignals(swarmOf(scope), filter),
    recentDecisions: (scope, limit, agent) => {
      const swarm = swarmOf(scope)
      const all = agent === undefined ? swarm?.decisions : swarm?.decisionsByAgent.get(agent)
      return limit <= 0 ? [] : (all ?? []).slice(-limit).toReversed()
    },
    holding: (scope, agent, instrument) => swarmOf(scope)?.holdings.get(`${agent}/${instrument}`),
    holdings: (scope) => [...(swarmOf(scope)?.holdings.values() ?? [])],
    lastBars: (scope, instrument, limit) =>
      limit <= 0 ? [] : (swarmOf(scope)?.bars.get(instrument) ?? []).slice(-limit),
    clock: (scope) => swarmOf(scope)?.clock ?? 0,
    scopes: () =>
      [...state]
        .flatMap(([run, swarms]) =>
          [...swarms.keys()].map((swarm) => ({ swarm, run: run === '' ? null : run })),
        )
        .sort((a, b) => compareTexts(a.swarm, b.swarm) || compareTexts(a.run ?? '', b.run ?? '')),
    instruments: (scope) => {
      const swarm = swarmOf(scope)
      const held = [...(swarm?.holdings.values() ?? [])].map(({ instrument }) => instrument)
      return [...new Set([...(swarm?.bars.keys() ?? []), ...held])].sort()
    },
  }
}

function compareTexts(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

function activeSignals(swarm: HotSwarm | undefined, filter: SignalFilter): Entry<Signal>[] {
  if (swarm === undefined) return []
  const { target, domain, at = swarm.clock } = filter
  return [...swarm.signals.values()]
    .filter(({ event, expiresAt }) => {
      if (expiresAt <= at) return false
      if (domain !== undefined && event.domain !== domain) return false
      return target === undefined || event.targets.length === 0 || event.targets.includes(target)
    })
    .sort(compareOrder)
}
