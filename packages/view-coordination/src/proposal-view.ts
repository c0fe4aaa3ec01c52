import type { Micros } from '@waggle/base'
import type { Proposal, ProposalStatus, Tally, Voter } from '@waggle/event'
import type { CastVote, ProposalState, Uncounted } from './consensus-state.ts'
import type { CoordinationScope } from './coordination-view.ts'
import { countVotes } from './count-votes.ts'
import type { PartitionState } from './fold-coordination.ts'
import { proposalIn, type ProposalBook, type Stray } from './proposal-book.ts'
import { nameIn } from './result-fields.ts'

export interface ProposalReport {
  readonly proposal: string
  readonly question: string
  readonly proposer: string
  /** Where the proposal stands in its partition, and when it was made. */
  readonly offset: bigint
  readonly proposedAt: Micros
  readonly options: readonly string[]
  readonly quorum: number
  readonly electorate: readonly Voter[]
  readonly rule: Proposal['rule']
  readonly deadlineAt: Micros
  readonly status: ProposalStatus | 'PENDING'
  readonly winner: string | null
  /** The median, where the rule asks for one. */
  readonly value: number | null
  readonly vetoedBy: string | null
  readonly tallies: readonly Tally[]
  readonly turnout: number
  /** The votes that count. */
  readonly votes: readonly CastVote[]
  /** Those that do not, and why; the first thousand of `uncountedTotal`. */
  readonly uncounted: readonly Uncounted[]
  readonly uncountedTotal: number
  readonly decidedOffset: bigint | null
  readonly evidence: readonly bigint[]
}

export interface ProposalView {
  proposal(scope: CoordinationScope, proposal: string): ProposalReport | undefined
  /** Newest first where a limit is given: at most as many. */
  openProposals(scope: CoordinationScope, limit?: number): ProposalReport[]
  /** The latest that were decided, newest proposal first: at most `limit`, of those still remembered. */
  decidedProposals(scope: CoordinationScope, limit: number): ProposalReport[]
  /** Votes for proposals that nobody made, and forged proposals; the latest thousand of each partition. */
  strayVotes(scope: CoordinationScope): Stray[]
}

export function createProposalView(partitions: ReadonlyMap<string, PartitionState>): ProposalView {
  const booksOf = ({ run }: CoordinationScope): ProposalBook[] =>
    [...partitions.values()].flatMap(({ runs }) => runs.get(run ?? '')?.proposals ?? [])

  return {
    proposal: (scope, proposal) => {
      const key = nameIn(scope.swarm, proposal)
      for (const book of booksOf(scope)) {
        const state = proposalIn(book, key)
        if (state !== undefined) return reportProposal(state)
      }
      return undefined
    },
    openProposals: (scope, limit) => {
      const open = booksOf(scope)
        .flatMap((book) => [...book.open.values()])
        .filter(({ proposal }) => proposal.swarm === scope.swarm)
      const wanted = limit === undefined ? open : open.sort(byNewest).slice(0, limit)
      return wanted.map(reportProposal)
    },
    decidedProposals: (scope, limit) =>
      booksOf(scope)
        .flatMap(({ closed }) => latestOf(closed, scope.swarm, limit))
        .sort(byNewest)
        .slice(0, limit)
        .map(reportProposal),
    strayVotes: (scope) =>
      booksOf(scope)
        .flatMap(({ strays }) => strays)
        .filter(({ swarm }) => swarm === scope.swarm),
  }
}

/** The last ones decided in a partition. */
function latestOf(
  closed: ReadonlyMap<string, ProposalState>,
  swarm: string,
  limit: number,
): ProposalState[] {
  const ofSwarm = [...closed.values()].filter(({ proposal }) => proposal.swarm === swarm)
  return ofSwarm.slice(Math.max(0, ofSwarm.length - limit))
}

function byNewest({ proposal: a }: ProposalState, { proposal: b }: ProposalState): number {
  return b.known_at - a.known_at || (a.proposal < b.proposal ? -1 : 1)
}

function reportProposal(state: ProposalState): ProposalReport {
  const { proposal, outcome, votes, uncounted, uncountedTotal } = state
  const { tallies, turnout } = outcome ?? countVotes(state)
  return {
    proposal: proposal.proposal,
    question: proposal.question,
    proposer: proposal.agent,
    offset: BigInt(state.offset),
    proposedAt: proposal.known_at,
    options: [...proposal.options],
    quorum: proposal.quorum,
    electorate: [...state.electorate],
    rule: proposal.rule,
    deadlineAt: proposal.deadline_at,
    status: outcome?.status ?? 'PENDING',
    winner: outcome?.winner ?? null,
    value: outcome?.value ?? null,
    vetoedBy: outcome?.vetoedBy ?? null,
    tallies: structuredClone(tallies),
    turnout,
    votes: [...votes.values()],
    uncounted: [...uncounted],
    uncountedTotal,
    decidedOffset: outcome === undefined ? null : BigInt(outcome.decidedOffset),
    evidence: (outcome?.evidence ?? []).map(BigInt),
  }
}
