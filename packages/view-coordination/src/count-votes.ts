import type { Proposal, Tally } from '@waggle/event'
import type { ProposalState } from './consensus-state.ts'
import { medianOf, settledMedian, type Weighted } from './median.ts'

export const ABSTAIN = 'abstain'
export const VETO = 'veto'
const REJECT = 'reject'
/** The tally of a MEDIAN: all who gave a value. */
const VALUE = 'value'

export interface VoteCount {
  readonly tallies: Tally[]
  readonly turnout: number
  /** Weight for options or values: abstentions and vetoes left out. */
  readonly decisive: number
  /** Weight that has not voted. */
  readonly outstanding: number
  /** All of the electorate voted. */
  readonly everyone: boolean
  /** Values voted for, in the order of the electorate; empty where the rule asks for none. */
  readonly values: readonly Weighted[]
}

export interface Verdict {
  readonly approved: boolean
  readonly winner: string | null
  readonly value: number | null
  /** Whoever has not voted cannot change winner and value any more. */
  readonly settled: boolean
}

export function countVotes({ proposal, electorate, votes }: ProposalState): VoteCount {
  const median = proposal.rule === 'MEDIAN'
  const choices = median ? [VALUE] : proposal.options.filter((option) => option !== VETO)
  const byChoice = new Map<string, Tally>(
    [...choices.filter((choice) => choice !== ABSTAIN), ABSTAIN].map((choice) => [
      choice,
      { choice, weight: 0, votes: 0 },
    ]),
  )
  const values: Weighted[] = []
  let total = 0
  let voted = 0
  let decisive = 0
  let outstanding = 0
  let voters = 0
  for (const { agent, weight } of electorate) {
    total += weight
    const vote = votes.get(agent)
    if (vote === undefined) {
      outstanding += weight
      continue
    }
    voters++
    voted += weight
    if (vote.choice === VETO) continue
    const abstains = vote.choice === ABSTAIN
    if (!abstains) decisive += weight
    if (median && !abstains) values.push({ value: vote.value!, weight })
    const tally = byChoice.get(median && !abstains ? VALUE : vote.choice)!
    tally.weight += weight
    tally.votes++
  }
  const everyone = electorate.length > 0 && voters === electorate.length
  return {
    tallies: [...byChoice.values()],
    turnout: everyone ? 1 : total === 0 ? 0 : voted / total,
    decisive,
    outstanding,
    everyone,
    values,
  }
}

/** How a count comes out, quorum and vetoes aside. */
export function verdictOf(proposal: Proposal, count: VoteCount): Verdict {
  if (proposal.rule === 'MEDIAN') {
    const value = medianOf(count.values)
    const settled = settledMedian(count.values, count.outstanding)
    return { approved: value !== null, winner: null, value, settled }
  }
  const winner = winnerOf(proposal, count)
  const settled = winner === null ? noneCanWin(proposal, count) : isSafe(proposal, count)
  return { approved: winner !== null && winner !== REJECT, winner, value: null, settled }
}

function winnerOf({ threshold }: Proposal, { tallies, decisive }: VoteCount): string | null {
  const [first, second] = ranked(tallies)
  if (first === undefined || first.weight <= threshold * decisive) return null
  return second !== undefined && second.weight >= first.weight ? null : first.choice
}

/** The leader wins even if all outstanding weight goes to its strongest rival. */
function isSafe({ threshold }: Proposal, { tallies, decisive, outstanding }: VoteCount): boolean {
  const [first, second] = ranked(tallies)
  if (first === undefined) return false
  if (second === undefined) return true
  return (
    first.weight > second.weight + outstanding &&
    first.weight > threshold * (decisive + outstanding)
  )
}

/** No option wins even if all outstanding weight goes to it. */
function noneCanWin({ threshold }: Proposal, count: VoteCount): boolean {
  const { tallies, decisive, outstanding } = count
  const [first, second] = ranked(tallies)
  // With the leader out of reach of its bounds, so is everyone behind it.
  if (first === undefined) return true
  const best = first.weight + outstanding
  return best <= threshold * (decisive + outstanding) || best <= (second?.weight ?? -1)
}

function ranked(tallies: readonly Tally[]): Tally[] {
  return tallies.filter(({ choice }) => choice !== ABSTAIN).sort((a, b) => b.weight - a.weight)
}
