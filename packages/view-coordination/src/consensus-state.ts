import type { Micros } from '@waggle/base'
import type { Proposal, ProposalStatus, Tally, Vote } from '@waggle/event'

/**
 * A vote, as a pure function of the order of one partition.
 *
 * - Electorate and weights are frozen in the proposal. A vote counts if its agent is in the electorate, its
 *   choice is an option or `abstain`, the proposal is open and the vote is known by the deadline. Of an
 *   agent's votes the last one before the decision counts.
 * - Turnout is the weight that voted, abstentions included, over the weight of the electorate. The decisive
 *   weight is what voted for an option. An option wins if its weight exceeds `threshold` of the decisive
 *   weight and every other option's.
 * - Decided at the vote after which turnout is at least the quorum and the winner would still win if all who
 *   have not voted yet voted for its strongest rival; at the latest when everybody has voted.
 * - At the deadline (the first record of the run in the partition known after it, a tick if need be) the
 *   votes cast decide if they reach the quorum; else the proposal expires.
 * - `reject` winning is REJECTED, any other winner APPROVED, no winner REJECTED.
 *
 * Weights are summed in the order of the electorate, so that sums do not depend on the order of votes.
 */
export const ABSTAIN = 'abstain'
const REJECT = 'reject'

export interface CastVote {
  readonly agent: string
  readonly choice: string
  readonly offset: number
}

export type UncountedReason =
  'NOT_IN_ELECTORATE' | 'UNKNOWN_OPTION' | 'TOO_LATE' | 'ALREADY_DECIDED'

export interface UncountedVote extends CastVote {
  readonly reason: UncountedReason
}

export interface ProposalOutcome {
  readonly status: ProposalStatus
  readonly winner: string | null
  readonly tallies: Tally[]
  readonly turnout: number
  readonly decidedOffset: number
  readonly evidence: number[]
}

export interface ProposalState {
  readonly proposal: Proposal
  readonly offset: number
  readonly votes: Map<string, CastVote>
  readonly uncounted: UncountedVote[]
  outcome: ProposalOutcome | undefined
}

export const UNCOUNTED_MAX = 1000

export function openProposal(proposal: Proposal, offset: number): ProposalState {
  return { proposal, offset, votes: new Map(), uncounted: [], outcome: undefined }
}

/** Takes a vote in place; returns the outcome if this vote decided the proposal. */
export function castVote(
  state: ProposalState,
  vote: Vote,
  offset: number,
  knownFrom: Micros,
): ProposalOutcome | undefined {
  const cast: CastVote = { agent: vote.agent, choice: vote.choice, offset }
  const reason = refusalOf(state, cast, knownFrom)
  if (reason !== undefined) {
    if (state.uncounted.length < UNCOUNTED_MAX) state.uncounted.push({ ...cast, reason })
    return undefined
  }
  state.votes.set(cast.agent, cast)
  const count = countVotes(state)
  if (count.turnout < state.proposal.quorum) return undefined
  if (count.outstanding > 0 && !isSettled(state.proposal, count)) return undefined
  return decide(state, offset)
}

/** Ends an open proposal by the votes it has. */
export function decide(state: ProposalState, decidedOffset: number): ProposalOutcome {
  const count = countVotes(state)
  const { proposal } = state
  const winner = winnerOf(proposal, count)
  const expired = count.turnout < proposal.quorum
  const approved = !expired && winner !== null && winner !== REJECT
  state.outcome = {
    status: expired ? 'EXPIRED' : approved ? 'APPROVED' : 'REJECTED',
    winner: expired ? null : winner,
    tallies: count.tallies,
    turnout: count.turnout,
    decidedOffset,
    evidence: [state.offset, ...[...state.votes.values()].map(({ offset }) => offset)].sort(
      (a, b) => a - b,
    ),
  }
  return state.outcome
}

export interface VoteCount {
  readonly tallies: Tally[]
  readonly turnout: number
  /** Weight for options, abstentions left out. */
  readonly decisive: number
  /** Weight that has not voted. */
  readonly outstanding: number
}

export function countVotes({ proposal, votes }: ProposalState): VoteCount {
  const byChoice = new Map<string, Tally>(
    [...proposal.options, ABSTAIN].map((choice) => [choice, { choice, weight: 0, votes: 0 }]),
  )
  let total = 0
  let voted = 0
  let decisive = 0
  for (const { agent, weight } of proposal.electorate) {
    total += weight
    const vote = votes.get(agent)
    if (vote === undefined) continue
    voted += weight
    if (vote.choice !== ABSTAIN) decisive += weight
    const tally = byChoice.get(vote.choice)!
    tally.weight += weight
    tally.votes++
  }
  const everyone = votes.size >= proposal.electorate.length
  const turnout = everyone ? 1 : total === 0 ? 0 : voted / total
  return {
    tallies: [...byChoice.values()],
    turnout,
    decisive,
    outstanding: everyone ? 0 : total - voted,
  }
}

function winnerOf(proposal: Proposal, { tallies, decisive }: VoteCount): string | null {
  const [first, second] = ranked(tallies)
  if (first === undefined || first.weight <= proposal.threshold * decisive) return null
  return second !== undefined && second.weight >= first.weight ? null : first.choice
}

/** The leader wins even if all outstanding weight goes to its strongest rival. */
function isSettled(proposal: Proposal, { tallies, decisive, outstanding }: VoteCount): boolean {
  const [first, second] = ranked(tallies)
  if (first === undefined) return false
  const rival = (second?.weight ?? 0) + outstanding
  return first.weight > rival && first.weight > proposal.threshold * (decisive + outstanding)
}

function ranked(tallies: readonly Tally[]): Tally[] {
  return tallies.filter(({ choice }) => choice !== ABSTAIN).sort((a, b) => b.weight - a.weight)
}

function refusalOf(
  state: ProposalState,
  vote: CastVote,
  knownFrom: Micros,
): UncountedReason | undefined {
  const { proposal, outcome } = state
  if (outcome !== undefined) return 'ALREADY_DECIDED'
  if (knownFrom > proposal.deadline_at) return 'TOO_LATE'
  if (!proposal.electorate.some(({ agent }) => agent === vote.agent)) return 'NOT_IN_ELECTORATE'
  if (vote.choice !== ABSTAIN && !proposal.options.includes(vote.choice)) return 'UNKNOWN_OPTION'
  return undefined
}
