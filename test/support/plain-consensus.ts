import type { KnownEvent } from '@waggle/consume'
import type { Proposal, Vote } from '@waggle/event'

/** What a result says, without its envelope. */
export interface PlainResult {
  readonly proposal: string
  readonly status: string
  readonly winner: string | null
  readonly value: number | null
  readonly vetoed_by: string | null
  readonly tallies: readonly { choice: string; weight: number; votes: number }[]
  readonly turnout: number
  readonly decided_offset: number
  readonly evidence: readonly number[]
  readonly uncounted: readonly { offset: number; agent: string; reason: string }[]
}

interface Counted {
  readonly offset: number
  readonly choice: string
  readonly value: number | null
}
type Votes = ReadonlyMap<string, Counted>
interface Ending {
  readonly result: PlainResult
  readonly byDeadline: boolean
  readonly deadline: number
  readonly opened: number
}

/** The rules of consensus again, as plainly as possible: everything is counted anew for every proposal. */
export function plainResults(history: readonly KnownEvent[]): PlainResult[] {
  const endings = history.flatMap((_, index) => {
    const inRun = history.filter(({ event }) => event.run === history[index]!.event.run)
    const ending = endingOf(inRun, inRun.indexOf(history[index]!))
    return ending === undefined ? [] : [ending]
  })
  return endings
    .toSorted(
      (a, b) =>
        a.result.decided_offset - b.result.decided_offset ||
        Number(b.byDeadline) - Number(a.byDeadline) ||
        a.deadline - b.deadline ||
        a.opened - b.opened,
    )
    .map(({ result }) => result)
}

const isForged = (events: readonly KnownEvent[], index: number): boolean => {
  const { session, agent, swarm } = events[index]!.event
  const first = events.find(({ event }) => event.kind !== 'tick' && event.session === session)!
  return first.event.agent !== agent || first.event.swarm !== swarm
}
const names = ({ event }: KnownEvent, swarm: string, proposal: string): boolean =>
  event.kind !== 'tick' && event.swarm === swarm && (event as Vote).proposal === proposal

function endingOf(events: readonly KnownEvent[], index: number): Ending | undefined {
  const { event, position } = events[index]!
  if (event.kind !== 'proposal' || isForged(events, index)) return undefined
  const { swarm, proposal } = event
  const stands = (known: KnownEvent, at: number): boolean =>
    known.event.kind === 'proposal' && names(known, swarm, proposal) && !isForged(events, at)
  if (events.findIndex(stands) !== index) return undefined

  const left: { offset: number; agent: string; reason: string }[] = []
  const votes = new Map<string, Counted>()
  for (const [at, known] of events.entries()) {
    const offset = Number(known.position.offset)
    const { agent } = known.event
    const leave = (reason: string, of = offset): void =>
      void left.push({ offset: of, agent, reason })
    const end = (byDeadline: boolean): Ending => ({
      result: {
        ...count(event, votes),
        decided_offset: offset,
        uncounted: left.slice(0, 100),
        evidence: [
          Number(position.offset),
          ...[...votes.values()].map((vote) => vote.offset),
        ].toSorted((a, b) => a - b),
      },
      byDeadline,
      deadline: event.deadline_at,
      opened: index,
    })
    if (at > index && known.knownFrom > event.deadline_at) return end(true)
    if (at === index || !names(known, swarm, proposal)) continue
    if (isForged(events, at)) leave('FORGED')
    else if (at < index) leave('NO_PROPOSAL')
    else if (known.event.kind === 'proposal') leave('NAME_TAKEN')
    else {
      const { choice, value } = known.event as Vote
      const reason = refusal(event, votes, known.event as Vote)
      if (reason !== '') leave(reason)
      else {
        if (votes.has(agent)) leave('SUPERSEDED', votes.get(agent)!.offset)
        votes.set(agent, { offset, choice, value })
        if (choice === 'veto' || isOver(event, votes)) return end(false)
      }
    }
  }
  return undefined
}

function refusal(of: Proposal, votes: Votes, { agent, choice, value }: Vote): string {
  const named = of.electorate.some((voter) => voter.agent === agent)
  const vetoer = of.vetoers.includes(agent)
  if (!named && !vetoer) return 'NOT_IN_ELECTORATE'
  if (!named && choice !== 'veto' && choice !== 'abstain') return 'NOT_IN_ELECTORATE'
  if (choice === 'veto' && !vetoer) return 'NO_VETO'
  if (choice !== 'veto' && choice !== 'abstain') {
    if (of.rule === 'OPTIONS' && !of.options.includes(choice)) return 'UNKNOWN_OPTION'
    if (of.rule === 'MEDIAN' && value === null) return 'NO_VALUE'
  }
  return of.revote === 'FIRST' && votes.has(agent) ? 'ALREADY_VOTED' : ''
}

function weightsOf({ electorate }: Proposal): Map<string, number> {
  return new Map(electorate.toReversed().map(({ agent, weight }) => [agent, weight]))
}

function count(
  of: Proposal,
  votes: Votes,
): Omit<PlainResult, 'decided_offset' | 'evidence' | 'uncounted'> {
  const weights = weightsOf(of)
  const median = of.rule === 'MEDIAN'
  const kinds = median
    ? ['value']
    : of.options.filter((option) => option !== 'veto' && option !== 'abstain')
  const cast = [...weights].flatMap(([agent, weight]) => {
    const vote = votes.get(agent)
    if (vote === undefined) return []
    const kind =
      median && vote.choice !== 'abstain' && vote.choice !== 'veto' ? 'value' : vote.choice
    return [{ weight, kind, value: vote.value }]
  })
  const sum = (of: readonly { weight: number }[]): number =>
    of.reduce((all, { weight }) => all + weight, 0)
  const tallies = [...new Set([...kinds, 'abstain'])].map((choice) => {
    const its = cast.filter(({ kind }) => kind === choice)
    return { choice, weight: sum(its), votes: its.length }
  })
  const total = [...weights.values()].reduce((all, weight) => all + weight, 0)
  const everyone = cast.length === weights.size && weights.size > 0
  const turnout = everyone ? 1 : total === 0 ? 0 : sum(cast) / total
  const decisive = cast.filter(({ kind }) => kind !== 'abstain' && kind !== 'veto')
  const rivals = tallies.filter(({ choice }) => choice !== 'abstain')
  const best = rivals.find(
    (one) =>
      one.weight > of.threshold * sum(decisive) &&
      rivals.every((other) => other === one || other.weight < one.weight),
  )
  const values = decisive.map(({ value }) => value!).toSorted((a, b) => a - b)
  const middle = values.find(
    (value) => sum(decisive.filter((one) => one.value! <= value)) * 2 >= sum(decisive),
  )
  const veto = [...votes].find(([, { choice }]) => choice === 'veto')
  const common = { proposal: of.proposal, tallies, turnout, vetoed_by: veto?.[0] ?? null }
  const none = { winner: null, value: null }
  if (veto !== undefined) return { ...common, ...none, status: 'REJECTED' }
  if (turnout < of.quorum) return { ...common, ...none, status: 'EXPIRED' }
  if (median && sum(decisive) > 0) return { ...common, ...none, status: 'APPROVED', value: middle! }
  if (median || best === undefined) return { ...common, ...none, status: 'REJECTED' }
  return {
    ...common,
    value: null,
    winner: best.choice,
    status: best.choice === 'reject' ? 'REJECTED' : 'APPROVED',
  }
}

/** Whether it is decided: every way for those who have not voted is tried out. */
function isOver(of: Proposal, votes: Votes): boolean {
  const now = count(of, votes)
  if (now.turnout < of.quorum) return false
  if (now.status === 'APPROVED' && of.vetoers.some((agent) => !votes.has(agent))) return false
  const missing = [...weightsOf(of).keys()].filter((agent) => !votes.has(agent))
  const ways: Counted[] =
    of.rule === 'MEDIAN'
      ? [-1e9, 0, 0.5, 1e9].map((value) => ({ offset: 0, choice: 'value', value }))
      : of.options
          .filter((option) => option !== 'veto')
          .map((choice) => ({ offset: 0, choice, value: null }))
  const all = missing.reduce<Votes[]>(
    (some, agent) =>
      some.flatMap((one) => [one, ...ways.map((way) => new Map([...one, [agent, way]]))]),
    [votes],
  )
  return all.every((one) => {
    const { winner, value } = count(of, one)
    return winner === now.winner && value === now.value
  })
}
