import type { Micros } from '@waggle/base'
import type { KnownEvent } from '@waggle/consume'
import type {
  LockCommand,
  LockResult,
  Proposal,
  ProposalResult,
  Vote,
  WaggleEvent,
} from '@waggle/event'
import {
  castVote,
  decide,
  openProposal,
  type ProposalOutcome,
  type ProposalState,
} from './consensus-state.ts'
import {
  applyLockCommand,
  expireLease,
  freeLock,
  type LockAnswer,
  type LockState,
} from './lock-state.ts'

export const COORDINATION_TOPICS = ['waggle.locks.v1', 'waggle.proposals.v1'] as const

/** Everything one partition says about votes and locks. No other partition has a part in it. */
export interface PartitionState {
  /** run -> what is known of it */
  readonly runs: Map<string, RunState>
  /** Results so far: the sequence number of the last one. */
  results: number
}

export interface RunState {
  readonly proposals: Map<string, ProposalState>
  readonly open: Set<string>
  readonly locks: Map<string, LockState>
  readonly held: Set<string>
  /** Earliest deadline or end of a lease: nothing is due before. */
  dueAt: Micros
}

type ResultFields<E> = Omit<E, 'id' | 'session' | 'seq' | 'agent'>
/** A result event before the coordinator gives it its place in its session. */
export type Result = ResultFields<ProposalResult> | ResultFields<LockResult>

/** Closed proposals remembered per run and partition. */
const CLOSED_MAX = 10_000

export function emptyPartition(): PartitionState {
  return { runs: new Map(), results: 0 }
}

/** One event -> the results it brings about, in order; the state is changed in place. */
export function foldCoordination(partition: PartitionState, known: KnownEvent): Result[] {
  const run = runOf(partition, known.event.run)
  const offset = Number(known.position.offset)
  const results = [...endDue(run, known, offset), ...takeEvent(run, known, offset)]
  partition.results += results.length
  return results
}

export function nameIn(swarm: string, name: string): string {
  return `${swarm}\u0000${name}`
}

function takeEvent(run: RunState, known: KnownEvent, offset: number): Result[] {
  const { event, knownFrom } = known
  switch (event.kind) {
    case 'proposal':
      takeProposal(run, event, offset)
      return []
    case 'vote':
      return takeVote(run, event, offset, knownFrom)
    case 'lock_command':
      return takeLockCommand(run, event, offset, knownFrom)
    default:
      return []
  }
}

/** The first proposal of a name stands; a second one changes nothing. */
function takeProposal(run: RunState, proposal: Proposal, offset: number): void {
  const key = nameIn(proposal.swarm, proposal.proposal)
  if (run.proposals.has(key)) return
  run.proposals.set(key, openProposal(proposal, offset))
  run.open.add(key)
  run.dueAt = Math.min(run.dueAt, proposal.deadline_at)
  if (run.proposals.size - run.open.size <= CLOSED_MAX) return
  for (const [name, { outcome }] of run.proposals) {
    if (outcome === undefined) continue
    run.proposals.delete(name)
    return
  }
}

function takeVote(run: RunState, vote: Vote, offset: number, knownFrom: Micros): Result[] {
  const key = nameIn(vote.swarm, vote.proposal)
  const state = run.proposals.get(key)
  const outcome = state === undefined ? undefined : castVote(state, vote, offset, knownFrom)
  if (state === undefined || outcome === undefined) return []
  run.open.delete(key)
  return [proposalResult(state.proposal, outcome, vote.id, knownFrom)]
}

function takeLockCommand(
  run: RunState,
  command: LockCommand,
  offset: number,
  now: Micros,
): Result[] {
  const key = nameIn(command.swarm, command.resource)
  let state = run.locks.get(key)
  if (state === undefined) run.locks.set(key, (state = freeLock(command.resource)))
  const answers = applyLockCommand(state, command, offset, now)
  noteHolder(run, key, state)
  return answers.map((answer) => lockResult(command, state.resource, answer, now))
}

/** Deadlines and leases that ended before this event, in the order of their end. */
function endDue(run: RunState, { event, knownFrom }: KnownEvent, offset: number): Result[] {
  if (knownFrom <= run.dueAt) return []
  const results: Result[] = []
  for (const key of run.open) {
    const state = run.proposals.get(key)!
    if (state.proposal.deadline_at >= knownFrom) continue
    run.open.delete(key)
    results.push(proposalResult(state.proposal, decide(state, offset), event.id, knownFrom))
  }
  for (const key of run.held) {
    const state = run.locks.get(key)!
    const swarm = key.split('\u0000')[0]!
    for (const answer of expireLease(state, offset, knownFrom)) {
      results.push(lockResult({ ...event, swarm }, state.resource, answer, knownFrom))
    }
    noteHolder(run, key, state)
  }
  run.dueAt = nextDue(run)
  return results
}

function noteHolder(run: RunState, key: string, { holder }: LockState): void {
  if (holder === undefined) run.held.delete(key)
  else {
    run.held.add(key)
    run.dueAt = Math.min(run.dueAt, holder.leaseUntil)
  }
}

function nextDue(run: RunState): Micros {
  let due = Infinity
  for (const key of run.open) due = Math.min(due, run.proposals.get(key)!.proposal.deadline_at)
  for (const key of run.held)
    due = Math.min(due, run.locks.get(key)!.holder?.leaseUntil ?? Infinity)
  return due
}

function runOf(partition: PartitionState, name: string | null): RunState {
  let run = partition.runs.get(name ?? '')
  if (run === undefined) {
    run = {
      proposals: new Map(),
      open: new Set(),
      locks: new Map(),
      held: new Set(),
      dueAt: Infinity,
    }
    partition.runs.set(name ?? '', run)
  }
  return run
}

/** The part of the envelope a result takes from the event that answers or decides. */
function envelopeOf(
  of: WaggleEvent,
  cause: string,
  knownFrom: Micros,
): Omit<ResultFields<WaggleEvent>, 'kind'> {
  return {
    swarm: of.swarm,
    // One step after what brought it about, so that replay shows cause before effect.
    occurred_at: knownFrom + 1,
    known_at: knownFrom + 1,
    trajectory: of.trajectory,
    cause,
    run: of.run,
    subject: null,
    model_id: null,
    model_version: null,
    model_cutoff: null,
  }
}

function proposalResult(
  proposal: Proposal,
  outcome: ProposalOutcome,
  cause: string,
  knownFrom: Micros,
): Result {
  return {
    kind: 'proposal_result',
    ...envelopeOf(proposal, cause, knownFrom),
    proposal: proposal.proposal,
    status: outcome.status,
    winner: outcome.winner,
    tallies: outcome.tallies,
    turnout: outcome.turnout,
    decided_offset: outcome.decidedOffset,
    evidence: outcome.evidence,
    value: null,
    vetoed_by: null,
    uncounted: [],
  }
}

function lockResult(
  of: WaggleEvent,
  resource: string,
  answer: LockAnswer,
  knownFrom: Micros,
): Result {
  return {
    kind: 'lock_result',
    ...envelopeOf(of, of.id, knownFrom),
    resource,
    status: answer.status,
    request: answer.request,
    holder: answer.agent,
    token: answer.token,
    lease_until: answer.leaseUntil,
    reason: answer.reason,
    mode: 'EXCLUSIVE',
  }
}
