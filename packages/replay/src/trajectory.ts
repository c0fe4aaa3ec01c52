import type { KnownEvent } from '@waggle/consume'
import type { Decision, Outcome, Verdict, WaggleEvent } from '@waggle/event'
import type { Vault } from '@waggle/vault'
import { opened } from './opened.ts'
import { replay, type ReplayOptions } from './replay.ts'

/** One decision with all that led to it and all that came of it. */
export interface DecisionPath {
  readonly decision: Decision
  /** Events it rested on: its inputs and the chain of causes, oldest first. */
  readonly evidence: readonly WaggleEvent[]
  readonly outcome: Outcome | undefined
  readonly verdict: Verdict | undefined
}

export interface Trajectory {
  /** All events in the order the swarm learned them. */
  readonly events: readonly KnownEvent[]
  readonly decisions: readonly DecisionPath[]
}

export interface TrajectoryOptions extends Omit<ReplayOptions, 'where' | 'topics'> {
  readonly swarm: string
  /** The trajectory with this id, or everything an agent emitted. */
  readonly of: { readonly trajectory: string } | { readonly agent: string }
  /** Opens what is said about subjects and leaves out those erased; if left out, all comes as it stands in the log. */
  readonly vault?: Vault
}

/** Rebuilds a trajectory from the log alone. */
export async function rebuildTrajectory(options: TrajectoryOptions): Promise<Trajectory> {
  const { of, vault } = options
  const events: KnownEvent[] = []
  const where: NonNullable<ReplayOptions['where']> =
    'trajectory' in of
      ? (envelope) => envelope.trajectory === of.trajectory
      : (envelope) => envelope.agent === of.agent
  const found = replay({ ...options, where })
  for await (const event of vault === undefined ? found : opened(vault, found)) events.push(event)
  return { events, decisions: decisionPaths(events.map(({ event }) => event)) }
}

/** Links decisions to their evidence by causation and to their outcome and verdict by id. */
export function decisionPaths(events: readonly WaggleEvent[]): DecisionPath[] {
  const byId = new Map(events.map((event) => [event.id, event]))
  const outcomes = new Map<string, Outcome>()
  const verdicts = new Map<string, Verdict>()
  for (const event of events) {
    if (event.kind === 'outcome') outcomes.set(event.decision, event)
    if (event.kind === 'verdict') verdicts.set(event.decision, event)
  }
  return events
    .filter((event) => event.kind === 'decision')
    .map((decision) => ({
      decision,
      evidence: evidenceOf(decision, byId),
      outcome: outcomes.get(decision.id),
      verdict: verdicts.get(decision.id),
    }))
}

/** Everything reachable backwards over `cause` and a decision's `inputs`; each event once. */
function evidenceOf(decision: Decision, byId: ReadonlyMap<string, WaggleEvent>): WaggleEvent[] {
  const found = new Map<string, WaggleEvent>()
  const open: WaggleEvent[] = [decision]
  for (let event = open.pop(); event !== undefined; event = open.pop()) {
    const parents = event.kind === 'decision' ? [event.cause, ...event.inputs] : [event.cause]
    for (const id of parents) {
      const parent = id === null ? undefined : byId.get(id)
      if (parent === undefined || found.has(parent.id)) continue
      found.set(parent.id, parent)
      open.push(parent)
    }
  }
  return [...found.values()].sort((a, b) => a.known_at - b.known_at || (a.id < b.id ? -1 : 1))
}
