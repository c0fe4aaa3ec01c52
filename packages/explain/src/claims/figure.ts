import { formatDecimal, multiplyDecimal } from '@waggle/base'
import type { Json } from '@waggle/view-coordination'
import { notThere, type EventFinder } from '../event-finder.ts'
import { isKnown, refuse, textOf, type Found, type KnownOf, type Rule } from '../evidence.ts'
import type { Claim } from '../parse-claim.ts'
import { addFill, findFills, flat, type Position } from './holding.ts'
import { BANK_PARAMETERS, countLessons, lessonEvidence, mean, scoresOf } from './lessons.ts'

/** In place of an agent: all of the swarm. */
const EVERYONE = '*'

/** Events behind a figure of the dashboard's, the report's and the memory page's. */
export async function findFigure(
  finder: EventFinder,
  { figure, agent, at }: Claim & { kind: 'figure' },
): Promise<Found> {
  if (figure === 'equity') return findEquity(finder.until(at), agent)
  const bank = await finder.bank()
  const judged = bank.judged(finder, agent === EVERYONE ? undefined : agent, at)
  if (judged.length === 0) throw notThere('verdict on', agent)
  const { evidence, lessons } = await lessonEvidence(finder, judged)
  return { parameters: { figure, agent, lessons, ...BANK_PARAMETERS }, evidence }
}

async function findEquity(finder: EventFinder, agent: string): Promise<Found> {
  const fills = await findFills(finder, agent === EVERYONE ? undefined : agent, () => true)
  if (fills.length === 0) throw notThere('fill of', agent)
  const bars: KnownOf<'bar'>[] = []
  for (const [instrument, { quantity }] of positionsOf(fills)) {
    if (quantity === 0n) continue
    const bar = await finder.lastBar(instrument)
    if (bar === undefined) throw notThere('bar of', instrument)
    bars.push(bar)
  }
  return {
    parameters: { figure: 'equity', agent },
    evidence: [
      ...fills.map((known) => ({ known, role: 'fill' })),
      ...bars.map((known) => ({ known, role: 'close' })),
    ],
  }
}

function positionsOf(fills: readonly KnownOf<'fill'>[]): Map<string, Position> {
  const held = new Map<string, Position>()
  for (const { event } of fills) {
    const position = held.get(event.instrument) ?? flat()
    addFill(position, event)
    held.set(event.instrument, position)
  }
  return held
}

export const figureRule: Rule = (events, parameters) => {
  const figure = textOf(parameters, 'figure')
  if (figure === 'equity') return equity(events, parameters)
  const agent = textOf(parameters, 'agent')
  const counted = countLessons(events, parameters)
  for (const { decision } of counted)
    if (agent !== EVERYONE && decision.event.agent !== agent)
      refuse(`${decision.event.id} is not ${agent}'s`, decision.event.id)
  return { figure, value: valueOf(figure, counted), count: counted.length }
}

function valueOf(figure: string, counted: ReturnType<typeof countLessons>): number | null {
  if (figure === 'brier') return scoresOf(counted).brier
  if (figure === 'return') return mean(counted.map(({ net }) => net))
  if (figure === 'hit-rate') return mean(counted.map(({ success }) => (success ? 1 : 0)))
  return refuse(`There is no figure ${figure}`)
}

/** Cash paid and received, and what is held at its last close: gained since nothing was held and nothing paid. */
function equity(...[events, parameters]: Parameters<Rule>): Json {
  const agent = textOf(parameters, 'agent')
  const fills = events.filter((known) => isKnown(known, 'fill'))
  const closes = new Map(
    events.filter((known) => isKnown(known, 'bar')).map(({ event }) => [event.instrument, event]),
  )
  if (fills.length + closes.size !== events.length)
    refuse('There is more than fills and one close each')
  for (const { event } of fills)
    if (agent !== EVERYONE && event.agent !== agent)
      refuse(`${event.id} is not ${agent}'s`, event.id)
  let value = 0n
  for (const [instrument, { quantity, cash }] of positionsOf(fills)) {
    const close = closes.get(instrument)
    if ((quantity !== 0n) !== (close !== undefined))
      refuse(`The close of ${instrument} is ${close === undefined ? 'missing' : 'not needed'}`)
    value += cash + (close === undefined ? 0n : multiplyDecimal(quantity, close.close))
    closes.delete(instrument)
  }
  if (closes.size > 0) refuse('There are closes of what is not held')
  return { figure: 'equity', value: formatDecimal(value), count: fills.length }
}
