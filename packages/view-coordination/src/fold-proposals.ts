import type { Micros } from '@waggle/base'
import type { KnownEvent } from '@waggle/consume'
import type { ProposalResult } from '@waggle/event'
import {
  closeDue,
  takeProposal,
  takeVote,
  type Decided,
  type ProposalBook,
} from './proposal-book.ts'
import { resultEnvelope, type ResultFields } from './result-fields.ts'

type Result = ResultFields<ProposalResult>

/** One event -> the proposals it decides; deadlines that are over end first. */
export function foldProposals(book: ProposalBook, known: KnownEvent): Result[] {
  const { event, knownFrom, position } = known
  const offset = Number(position.offset)
  const ended = closeDue(book, offset, knownFrom)
  if (event.kind === 'proposal') takeProposal(book, event, offset)
  const decided = event.kind === 'vote' ? takeVote(book, event, offset, knownFrom) : undefined
  return [...ended, ...(decided === undefined ? [] : [decided])].map((one) =>
    proposalResult(one, event.id, knownFrom),
  )
}

function proposalResult({ proposal, outcome }: Decided, cause: string, knownFrom: Micros): Result {
  return {
    kind: 'proposal_result',
    ...resultEnvelope(proposal, cause, knownFrom),
    proposal: proposal.proposal,
    status: outcome.status,
    winner: outcome.winner,
    tallies: outcome.tallies,
    turnout: outcome.turnout,
    decided_offset: outcome.decidedOffset,
    evidence: outcome.evidence,
    value: outcome.value,
    vetoed_by: outcome.vetoedBy,
    uncounted: outcome.uncounted.map(({ offset, agent, reason }) => ({ offset, agent, reason })),
  }
}
