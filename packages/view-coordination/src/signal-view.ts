import type { Micros } from '@waggle/base'
import type { Severity, Signal } from '@waggle/event'
import type { CoordinationScope } from './coordination-view.ts'
import {
  isAcknowledged,
  isAddressed,
  signalName,
  silentTargets,
  type AgentStatus,
  type SignalsState,
  type SignalState,
  type StrayAck,
} from './signal-state.ts'

export interface SignalReport {
  readonly signal: Signal
  readonly offset: bigint
  readonly sentAt: Micros
  readonly expiresAt: Micros
  readonly statuses: readonly ({ readonly agent: string } & AgentStatus)[]
  readonly acknowledged: boolean
  /** Targets that have said nothing yet. */
  readonly silent: readonly string[]
  /** When it escalates if nobody acknowledges; null for never. */
  readonly escalatesAt: Micros | null
  readonly escalatedAt: Micros | null
  /** Later signals of the sender with its dedupe_key. */
  readonly repeats: number
  readonly repeatedAt: Micros | null
}

export interface ActiveSignalFilter {
  /** Addressed to this agent. */
  readonly agent?: string
  /** Of these domains; with `agent`, what names the agent comes whatever its domain. */
  readonly domains?: readonly string[]
  /** This severe at least. */
  readonly severity?: Severity
  /** Not acknowledged: by the agent where one is given, else as a whole. */
  readonly unacknowledged?: boolean
  /** Active at this time; the run's newest time in the partitions of signals if left out. */
  readonly at?: Micros
}

/**
 * Signals with what was done about them. The hot view's `activeSignals` has the bare signals for the inner
 * loop of an agent: oldest first, repeats as signals of their own, no statuses.
 */
export interface SignalView {
  /** Most severe first, then newest first. */
  activeSignals(scope: CoordinationScope, filter?: ActiveSignalFilter): SignalReport[]
  /** One signal, over or not, as long as it is remembered; a repeat is given as what it repeats. */
  signal(
    scope: CoordinationScope,
    of: { readonly agent: string; readonly id: string },
  ): SignalReport | undefined
  /** Acknowledgments of signals that were not known, the newest thousand of each partition. */
  strayAcknowledgments(scope: CoordinationScope): StrayAck[]
}

const SEVERITY: Readonly<Record<Severity, number>> = {
  INFO: 0,
  LOW: 1,
  MEDIUM: 2,
  HIGH: 3,
  CRITICAL: 4,
}

interface SignalPartition {
  readonly runs: ReadonlyMap<string, { readonly signals: SignalsState }>
}

export function createSignalView(partitions: ReadonlyMap<string, SignalPartition>): SignalView {
  const statesOf = ({ run }: CoordinationScope): SignalsState[] =>
    [...partitions.values()].flatMap(({ runs }) => runs.get(run ?? '')?.signals ?? [])

  return {
    activeSignals: (scope, filter = {}) => {
      const states = statesOf(scope)
      const at = filter.at ?? Math.max(0, ...states.map(({ clock }) => clock))
      return states
        .flatMap(({ signals }) => [...signals.values()])
        .filter((state) => state.signal.swarm === scope.swarm && passes(state, filter, at))
        .sort(compareSignals)
        .map(reportSignal)
    },
    signal: (scope, { agent, id }) => {
      const named = signalName(scope.swarm, agent, id)
      for (const { signals, repeatOf } of statesOf(scope)) {
        const state = signals.get(repeatOf.get(named) ?? named)
        if (state !== undefined) return reportSignal(state)
      }
      return undefined
    },
    strayAcknowledgments: (scope) =>
      statesOf(scope)
        .flatMap(({ stray }) => stray)
        .filter(({ swarm }) => swarm === scope.swarm)
        .sort((a, b) => compareTexts(a.signalAgent, b.signalAgent) || a.offset - b.offset),
  }
}

function passes(state: SignalState, filter: ActiveSignalFilter, at: Micros): boolean {
  const { signal, statuses, sentAt, expiresAt } = state
  const { agent, domains, severity = 'INFO', unacknowledged = false } = filter
  if (sentAt > at || expiresAt <= at) return false
  if (SEVERITY[signal.severity] < SEVERITY[severity]) return false
  if (agent !== undefined && !isAddressed(signal, agent)) return false
  const named = agent !== undefined && signal.targets.length > 0
  if (domains !== undefined && !named && !domains.includes(signal.domain)) return false
  if (!unacknowledged) return true
  return agent === undefined ? !isAcknowledged(state) : !statuses.has(agent)
}

/** Ids make it a total order, so that the answer does not depend on how partitions interleaved. */
function compareSignals(a: SignalState, b: SignalState): number {
  return (
    SEVERITY[b.signal.severity] - SEVERITY[a.signal.severity] ||
    b.sentAt - a.sentAt ||
    (a.signal.id === b.signal.id
      ? compareTexts(a.signal.agent, b.signal.agent)
      : compareTexts(b.signal.id, a.signal.id))
  )
}

function compareTexts(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

function reportSignal(state: SignalState): SignalReport {
  const { signal, offset, statuses, repeatNames: _, ...rest } = state
  return {
    ...rest,
    signal,
    offset: BigInt(offset),
    statuses: [...statuses].map(([agent, status]) => ({ agent, ...status })),
    acknowledged: isAcknowledged(state),
    silent: silentTargets(state),
  }
}
