import { LIMITS, type Micros } from '@waggle/base'
import type { Proposal, ProposalStatus, Tally, Vote, Voter } from '@waggle/event'
import { ABSTAIN, countVotes, VETO, verdictOf } from './count-votes.ts'

/**
 * A vote, as a pure function of the order of one partition.
 *
 * - Electorate and weights are frozen in the proposal: its proposer read the registry when it emitted, and
 *   nobody asks again. That is "frozen at the proposal's position" in a form that one partition can prove:
 *   the registry is another partition, and no order holds between the two.
 * - A vote counts if none of these holds, asked in this order; the first that does is the reason it does not:
 *   FORGED (proposal-book.ts), NO_PROPOSAL before the proposal, TOO_LATE if known after the deadline of a
 *   closed proposal, ALREADY_DECIDED on a closed one otherwise, NOT_IN_ELECTORATE for an agent that is
 *   neither voter nor vetoer (or a vetoer only, and votes for anything but `veto` and `abstain`), NO_VETO for
 *   the `veto` of one who is no vetoer, UNKNOWN_OPTION (rule OPTIONS) for what is no option nor `abstain` nor
 *   `veto`, NO_VALUE (rule MEDIAN) for a vote without a value that is neither of these two, ALREADY_VOTED
 *   under revote FIRST if a vote of the agent counts. Under revote LAST it replaces that one, which then is
 *   uncounted: SUPERSEDED.
 * - A `veto` that counts rejects the proposal at once, whatever the turnout.
 * - Turnout is the weight that voted, abstentions included, over the weight of the electorate: 1 if everybody
 *   voted, 0 if nothing has a weight. Below the quorum at the deadline the proposal EXPIRES. An agent named
 *   twice in the electorate has its first weight.
 * - OPTIONS: an option wins if its weight exceeds `threshold` of the decisive weight (what voted for options)
 *   and every other option's. `reject` winning is REJECTED, any other winner APPROVED, no winner REJECTED.
 * - MEDIAN: the value is the lower weighted median: the least value at which the weight of all values up to
 *   it reaches half of the decisive weight (what voted for values). APPROVED with it; REJECTED if the
 *   decisive weight is 0. Threshold and options play no part; the tally of values is named `value`.
 * - Decided early, at the vote after which turnout reaches the quorum and either everybody has voted or
 *   nothing that those who have not voted can do, voting or abstaining, changes winner or value. Those who
 *   voted are taken at their word. An approval waits for vetoers who have not voted: a vetoer without a
 *   weight waives its veto by `abstain`.
 * - At the deadline (the first record of the run in the partition known after it, a tick if need be) the
 *   votes cast decide.
 *
 * Weights are summed in the order of the electorate, so that sums do not depend on the order of votes.
 */
export interface CastVote {
  readonly agent: string
  readonly choice: string
  readonly value: number | null
  readonly offset: number
}

export type UncountedReason =
  | 'FORGED'
  | 'NO_PROPOSAL'
  /** A second proposal of the name. */
  | 'NAME_TAKEN'
  | 'TOO_LATE'
  | 'ALREADY_DECIDED'
  | 'NOT_IN_ELECTORATE'
  | 'NO_VETO'
  | 'UNKNOWN_OPTION'
  | 'NO_VALUE'
  | 'ALREADY_VOTED'
  | 'SUPERSEDED'

/** A vote, or a proposal without effect, that was seen and left out. */
export interface Uncounted {
  readonly agent: string
  /** Null for a proposal. */
  readonly choice: string | null
  readonly offset: number
  readonly reason: UncountedReason
}

export interface ProposalOutcome {
  readonly status: ProposalStatus
  readonly winner: string | null
  readonly value: number | null
  readonly vetoedBy: string | null
  readonly tallies: Tally[]
  readonly turnout: number
  readonly decidedOffset: number
  readonly evidence: number[]
  /** The first hundred known when it was decided. */
  readonly uncounted: Uncounted[]
}

export interface ProposalState {
  readonly proposal: Proposal
  /** The proposal's, each agent once. */
  readonly electorate: readonly Voter[]
  readonly offset: number
  /** The votes that count, by agent. */
  readonly votes: Map<string, CastVote>
  /** In the order in which they turned out not to count; the first UNCOUNTED_MAX. */
  readonly uncounted: Uncounted[]
  /** All of them. */
  uncountedTotal: number
  outcome: ProposalOutcome | undefined
}

export const UNCOUNTED_MAX = 1000
const UNCOUNTED_IN_RESULT = 100

export function openProposal(proposal: Proposal, offset: number): ProposalState {
  return {
    proposal,
    electorate: eachOnce(proposal.electorate),
    offset,
    votes: new Map(),
    uncounted: [],
    uncountedTotal: 0,
    outcome: undefined,
  }
}

/** Takes a vote in place; returns the outcome if this vote decided the proposal. */
export function castVote(
  state: ProposalState,
  { agent, choice, value }: Vote,
  offset: number,
  knownFrom: Micros,
): ProposalOutcome | undefined {
  const cast: CastVote = { agent, choice, value, offset }
  const reason = refusalOf(state, cast, knownFrom)
  if (reason !== undefined) {
    leaveOut(state, { agent, choice, offset, reason })
    return undefined
  }
  const before = state.votes.get(agent)
  if (before !== undefined) {
    leaveOut(state, { agent, choice: before.choice, offset: before.offset, reason: 'SUPERSEDED' })
  }
  state.votes.set(agent, cast)
  return choice === VETO || isDecided(state) ? decide(state, offset) : undefined
}

/** Ends an open proposal by the votes it has. */
export function decide(state: ProposalState, decidedOffset: number): ProposalOutcome {
  const { proposal, votes } = state
  const count = countVotes(state)
  const { tallies, turnout } = count
  const veto = [...votes.values()].find(({ choice }) => choice === VETO)
  const expired = veto === undefined && turnout < proposal.quorum
  const { approved, winner, value } =
    veto === undefined && !expired
      ? verdictOf(proposal, count)
      : { approved: false, winner: null, value: null }
  state.outcome = {
    status: expired ? 'EXPIRED' : approved ? 'APPROVED' : 'REJECTED',
    winner,
    value,
    vetoedBy: veto?.agent ?? null,
    tallies,
    turnout,
    decidedOffset,
    evidence: [state.offset, ...[...votes.values()].map(({ offset }) => offset)]
      .sort((a, b) => a - b)
      .slice(0, LIMITS.collectionItemsMax),
    uncounted: state.uncounted.slice(0, UNCOUNTED_IN_RESULT),
  }
  return state.outcome
}

export function leaveOut(state: ProposalState, uncounted: Uncounted): void {
  state.uncountedTotal++
  if (state.uncounted.length < UNCOUNTED_MAX) state.uncounted.push(uncounted)
}

function isDecided(state: ProposalState): boolean {
  const { proposal, votes } = state
  const count = countVotes(state)
  if (count.turnout < proposal.quorum) return false
  const { approved, settled } = verdictOf(proposal, count)
  if (!count.everyone && !settled) return false
  return !approved || proposal.vetoers.every((agent) => votes.has(agent))
}

function refusalOf(
  { proposal, electorate, votes, outcome }: ProposalState,
  { agent, choice, value }: CastVote,
  knownFrom: Micros,
): UncountedReason | undefined {
  if (outcome !== undefined)
    return knownFrom > proposal.deadline_at ? 'TOO_LATE' : 'ALREADY_DECIDED'
  const reserved = choice === ABSTAIN || choice === VETO
  const mayVeto = proposal.vetoers.includes(agent)
  const votesWith = electorate.some((voter) => voter.agent === agent)
  if (!votesWith && !(mayVeto && reserved)) return 'NOT_IN_ELECTORATE'
  if (choice === VETO && !mayVeto) return 'NO_VETO'
  if (!reserved && proposal.rule === 'MEDIAN' && value === null) return 'NO_VALUE'
  if (!reserved && proposal.rule === 'OPTIONS' && !proposal.options.includes(choice))
    return 'UNKNOWN_OPTION'
  return proposal.revote === 'FIRST' && votes.has(agent) ? 'ALREADY_VOTED' : undefined
}

function eachOnce(electorate: readonly Voter[]): readonly Voter[] {
  const named = new Set(electorate.map(({ agent }) => agent))
  return named.size === electorate.length
    ? electorate
    : electorate.filter(({ agent }) => named.delete(agent))
}
