import { positionText, type Proposal, type ProposalResult, type Vote } from '@waggle/event'
import type { KnownEvent } from '@waggle/consume'
import type { ProposalReport } from '@waggle/view-coordination'
import { resultsInLog, scoped, type History } from './history.ts'

interface Cast {
  readonly vote: Vote
  readonly offset: number
}

interface Ballot {
  readonly proposal: Proposal
  readonly offset: number
  readonly votes: Cast[]
}

/** The proposals of the log with everything that was said to be a vote on them after. */
function ballots({ known }: History): Map<string, Ballot> {
  const found = new Map<string, Ballot>()
  for (const { event, position } of [...known.values()].flat() as KnownEvent[]) {
    const offset = Number(position.offset)
    if (event.kind === 'proposal') {
      const name = scoped(event, event.proposal)
      if (!found.has(name)) found.set(name, { proposal: event, offset, votes: [] })
    }
    if (event.kind === 'vote')
      found.get(scoped(event, event.proposal))?.votes.push({ vote: event, offset })
  }
  return found
}

/**
 * Every vote shows: each admitted vote that stands after its proposal and not after the decision is counted, or
 * listed with the reason why it does not count.
 */
export function everyVoteShows(history: History): string[] {
  const open = ballots(history)
  return history.coordinators.flatMap(({ name, proposals }) =>
    proposals.flatMap(({ report, ...scope }) => {
      const ballot = open.get(scoped(scope, report.proposal))
      if (ballot === undefined) return [`${name}: ${report.proposal} is not in the log`]
      return ballot.votes
        .filter(({ offset }) => BigInt(offset) <= (report.decidedOffset ?? 0n))
        .filter((cast) => !isShown(report, cast))
        .map(({ vote, offset }) => `${name}: the vote of ${vote.agent} at ${offset} is nowhere`)
    }),
  )
}

function isShown({ votes, uncounted }: ProposalReport, { offset }: Cast): boolean {
  return (
    votes.some((counted) => counted.offset === offset) ||
    uncounted.some((listed) => listed.offset === offset && listed.reason.length > 0)
  )
}

/**
 * Quorum arithmetic: from the evidence that a result names, its tallies, its turnout and its status can be
 * computed by hand. All evidence is of voters or vetoers, one vote each, and stands before the decision. The
 * value of a median has half of the weight at or below it and half at or above it.
 */
export function quorumArithmetic(history: History): string[] {
  const open = ballots(history)
  return resultsInLog(history).flatMap(({ event, position }) => {
    if (event.kind !== 'proposal_result') return []
    const ballot = open.get(scoped(event, event.proposal))
    const where = `${event.proposal} at ${positionText(position)}`
    if (ballot === undefined) return [`${where}: nobody proposed it`]
    const counted = ballot.votes.filter((cast) => event.evidence.includes(cast.offset))
    return [
      ...wrongEvidence(ballot, counted, event),
      ...wrongTallies(ballot, counted, event),
      ...wrongVerdict(ballot, counted, event),
    ].map((wrong) => `${where}: ${wrong}`)
  })
}

function wrongEvidence(
  { proposal, offset }: Ballot,
  counted: readonly Cast[],
  { evidence, decided_offset }: ProposalResult,
): string[] {
  const agents = counted.map(({ vote }) => vote.agent)
  const entitled = [...proposal.electorate.map(({ agent }) => agent), ...proposal.vetoers]
  return [
    ...(evidence.includes(offset) ? [] : ['the proposal is not in the evidence']),
    ...(counted.length === evidence.length - 1 ? [] : ['the evidence names what is no vote']),
    ...(new Set(agents).size === agents.length ? [] : ['somebody counts twice']),
    ...(agents.every((agent) => entitled.includes(agent)) ? [] : ['a stranger counts']),
    ...(Math.max(...evidence) <= decided_offset ? [] : ['there is evidence from afterwards']),
  ]
}

function weigh({ proposal }: Ballot, of: readonly Cast[]): number {
  const agents = new Set(of.map(({ vote }) => vote.agent))
  const voting = proposal.electorate.filter(({ agent }) => agents.has(agent))
  return voting.reduce((total, { weight }) => total + weight, 0)
}

function isFor(choice: string): (cast: Cast) => boolean {
  return ({ vote }) => vote.choice === choice
}

const isDecisive = ({ vote }: Cast): boolean => vote.choice !== 'abstain' && vote.choice !== 'veto'

function wrongTallies(
  ballot: Ballot,
  counted: readonly Cast[],
  { tallies, turnout }: ProposalResult,
): string[] {
  const median = ballot.proposal.rule === 'MEDIAN'
  const wrong = tallies.flatMap(({ choice, weight }) => {
    const own = counted.filter(median && choice === 'value' ? isDecisive : isFor(choice))
    const expected = weigh(ballot, own)
    return expected === weight ? [] : [`${choice} has ${expected}, not ${weight}`]
  })
  const share = weigh(ballot, counted) / totalOf(ballot)
  return Math.abs(share - turnout) < 1e-9 ? wrong : [...wrong, `the turnout is ${share}`]
}

function totalOf({ proposal }: Ballot): number {
  return proposal.electorate.reduce((total, { weight }) => total + weight, 0)
}

function wrongVerdict(ballot: Ballot, counted: readonly Cast[], result: ProposalResult): string[] {
  const { status, winner, value, vetoed_by: vetoedBy } = result
  const { proposal } = ballot
  const says = `${status} with winner ${winner} and value ${value}`
  const vetoes = counted.filter(isFor('veto')).map(({ vote }) => vote.agent)
  if (vetoes.length > 0) {
    const right = status === 'REJECTED' && vetoes.includes(vetoedBy ?? '')
    return right && vetoes.every((agent) => proposal.vetoers.includes(agent))
      ? []
      : [`veto: ${says}`]
  }
  const share = weigh(ballot, counted) / totalOf(ballot)
  if (share < proposal.quorum) return status === 'EXPIRED' ? [] : [`${says} without a quorum`]
  if (status === 'EXPIRED') return ['expired with a quorum']
  if (proposal.rule === 'MEDIAN') {
    return isMedian(ballot, counted.filter(isDecisive), value) ? [] : [`median: ${says}`]
  }
  const decisive = weigh(ballot, counted.filter(isDecisive))
  const weights = proposal.options.map((choice) => weigh(ballot, counted.filter(isFor(choice))))
  const best = Math.max(...weights)
  const wins =
    best > proposal.threshold * decisive && weights.indexOf(best) === weights.lastIndexOf(best)
  const expected = wins ? proposal.options[weights.indexOf(best)]! : null
  const approved = wins && expected !== 'reject'
  return winner === expected && approved === (status === 'APPROVED') ? [] : [`wrong: ${says}`]
}

function isMedian(ballot: Ballot, decisive: readonly Cast[], value: number | null): boolean {
  const half = weigh(ballot, decisive) / 2
  if (half === 0) return value === null
  if (value === null) return false
  const valueOf = ({ vote }: Cast): number => vote.value!
  const below = decisive.filter((cast) => valueOf(cast) <= value)
  const above = decisive.filter((cast) => valueOf(cast) >= value)
  return weigh(ballot, below) >= half && weigh(ballot, above) >= half
}
