import { LIMITS, type Micros } from '@waggle/base'
import type { Proposal, Vote } from '@waggle/event'
import {
  castVote,
  decide,
  leaveOut,
  openProposal,
  type ProposalOutcome,
  type ProposalState,
  type Uncounted,
  type UncountedReason,
} from './consensus-state.ts'
import { popDue, pushDue, retainDue, type DueHeap } from './due-heap.ts'
import { nameIn } from './result-fields.ts'

/**
 * The proposals of one run in one partition.
 *
 * - The first proposal of a name stands; another one is NAME_TAKEN and changes nothing. Names of the latest
 *   CLOSED_MAX closed proposals are remembered.
 * - A session belongs to the swarm and agent under which it first made a proposal or a vote here, whatever
 *   became of that. Under another name it is FORGED: such a vote does not count, such a proposal does not
 *   stand. The latest `sessionsPerPartitionMax` sessions are remembered.
 * - What names no proposal that stands is a stray. A proposal made later under the name takes it over as
 *   uncounted (a vote before its proposal: NO_PROPOSAL); the latest STRAYS_MAX are remembered.
 * - Deadlines that end at one record end by their time, those of equal times in the order of their proposals.
 */
export interface ProposalBook {
  readonly open: Map<string, ProposalState>
  /** Oldest decision first. */
  readonly closed: Map<string, ProposalState>
  /** Deadlines of open proposals, and of a bounded number of those closed before theirs. */
  readonly due: DueHeap
  /** session -> swarm and agent */
  readonly owners: Map<string, string>
  /** Oldest first. */
  readonly strays: Stray[]
}

export interface Stray extends Uncounted {
  readonly swarm: string
  readonly proposal: string
}

export interface Decided {
  readonly proposal: Proposal
  readonly outcome: ProposalOutcome
}

const CLOSED_MAX = 10_000
export const STRAYS_MAX = 1000

export function emptyBook(): ProposalBook {
  return { open: new Map(), closed: new Map(), due: [], owners: new Map(), strays: [] }
}

export function proposalIn(book: ProposalBook, key: string): ProposalState | undefined {
  return book.open.get(key) ?? book.closed.get(key)
}

export function takeProposal(book: ProposalBook, proposal: Proposal, offset: number): void {
  const key = nameIn(proposal.swarm, proposal.proposal)
  const isForged = !ownsSession(book, proposal)
  const isTaken = proposalIn(book, key) !== undefined
  if (isForged || isTaken)
    return leaveOutOf(book, proposal, offset, isForged ? 'FORGED' : 'NAME_TAKEN')
  const state = openProposal(proposal, offset)
  adoptStrays(book, state)
  book.open.set(key, state)
  pushDue(book.due, { at: proposal.deadline_at, offset, key })
  if (book.due.length > 2 * book.open.size + 64)
    retainDue(book.due, (due) => book.open.get(due.key)?.offset === due.offset)
}

/** Returns the decision if this vote made it. */
export function takeVote(
  book: ProposalBook,
  vote: Vote,
  offset: number,
  knownFrom: Micros,
): Decided | undefined {
  const key = nameIn(vote.swarm, vote.proposal)
  const state = proposalIn(book, key)
  if (!ownsSession(book, vote)) return leaveOutOf(book, vote, offset, 'FORGED')
  if (state === undefined) return leaveOutOf(book, vote, offset, 'NO_PROPOSAL')
  const outcome = castVote(state, vote, offset, knownFrom)
  if (outcome === undefined) return undefined
  close(book, key, state)
  return { proposal: state.proposal, outcome }
}

/** Decides what was due before this time; the record at `offset` showed that. */
export function closeDue(book: ProposalBook, offset: number, knownFrom: Micros): Decided[] {
  const decided: Decided[] = []
  while (book.due.length > 0 && book.due[0]!.at < knownFrom) {
    const due = popDue(book.due)!
    const state = book.open.get(due.key)
    if (state === undefined || state.offset !== due.offset) continue
    decided.push({ proposal: state.proposal, outcome: decide(state, offset) })
    close(book, due.key, state)
  }
  return decided
}

function close(book: ProposalBook, key: string, state: ProposalState): void {
  book.open.delete(key)
  book.closed.set(key, state)
  if (book.closed.size <= CLOSED_MAX) return
  const [oldest] = book.closed.keys()
  book.closed.delete(oldest!)
}

/** Whether the session is the agent's; the first to use it has it. */
function ownsSession(
  { owners }: ProposalBook,
  { session, swarm, agent }: Proposal | Vote,
): boolean {
  const name = nameIn(swarm, agent)
  const owner = owners.get(session)
  if (owner !== undefined) return owner === name
  owners.set(session, name)
  if (owners.size > LIMITS.sessionsPerPartitionMax) {
    const [oldest] = owners.keys()
    owners.delete(oldest!)
  }
  return true
}

function leaveOutOf(
  book: ProposalBook,
  event: Proposal | Vote,
  offset: number,
  reason: UncountedReason,
): undefined {
  const { swarm, proposal, agent } = event
  const uncounted: Uncounted = {
    agent,
    choice: event.kind === 'vote' ? event.choice : null,
    offset,
    reason,
  }
  const state = proposalIn(book, nameIn(swarm, proposal))
  if (state !== undefined) {
    leaveOut(state, uncounted)
    return
  }
  book.strays.push({ swarm, proposal, ...uncounted })
  if (book.strays.length > STRAYS_MAX) book.strays.shift()
}

function adoptStrays({ strays }: ProposalBook, state: ProposalState): void {
  const { swarm, proposal } = state.proposal
  const isOurs = (stray: Stray): boolean => stray.swarm === swarm && stray.proposal === proposal
  if (!strays.some(isOurs)) return
  for (const { agent, choice, offset, reason } of strays.filter(isOurs))
    leaveOut(state, { agent, choice, offset, reason })
  strays.splice(0, strays.length, ...strays.filter((stray) => !isOurs(stray)))
}
