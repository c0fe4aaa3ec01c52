import type { Draft } from '@waggle/emit'
import type { Micros } from '@waggle/base'
import type { RecalledMemory } from '@waggle/memory'
import type { Forecast } from './agents/market-hunter.ts'
import type { Regime } from './agents/sentiment-analyzer.ts'
import type { OpenForecast, OpenTrade } from './swarm-state.ts'

/** Where lessons of trades and what is held to be true of the market are kept: every agent reads it. */
export const SHARED = 'shared'

/** From 0.7 on a memory is kept for good; mistakes teach more. */
const IMPORTANCE = { right: 0.7, wrong: 0.9 } as const
const BASIS_POINTS = 10_000

/** What is alike is said in the same words, so that it is found again. */
export function situationOf(hunt: Forecast | undefined, regime: Regime | undefined): string {
  const parts = [hunt?.setup, regime === undefined ? undefined : `${regime} regime`]
  return parts.filter((part) => part !== undefined).join(', ')
}

export function movedText(situation: string, from: number, to: number): string {
  return `${situation}: ${to > from ? 'raised' : 'cut'} exposure from ${percent(from)} to ${percent(to)}`
}

/** What came of the first forecast of a situation, and what to do with it next time. */
export function forecastLesson(
  { agent, direction, confidence, trajectory, decision }: OpenForecast,
  { situation, days }: NonNullable<OpenForecast['lesson']>,
  { symbol, value, outcome }: { symbol: string; value: number; outcome: string },
): Draft<'experience'> {
  const right = Math.sign(value) === direction
  const next = right
    ? 'expect the same'
    : confidence >= 0.6
      ? 'be less sure'
      : 'expect nothing of it'
  const content =
    `${symbol}, ${situation}: expected ${direction > 0 ? 'up' : 'down'} over ${days} trading days (${percent(confidence)} sure), ` +
    `came ${basisPoints(value)}: ${right ? 'right' : 'wrong'}. Next time: ${next}.`
  const evidence = [decision, outcome]
  return lessonOf(
    'forecast',
    { namespace: agent, symbol, content, evidence, trajectory, decision },
    right,
    {
      bps: direction * value * BASIS_POINTS,
      confidence,
    },
  )
}

/** What a change of exposure earned, against leaving it as it was, until the next change. */
export function tradeLesson(
  { situation, from, to, price, filledAt, ...trade }: OpenTrade,
  { symbol, close, index }: { symbol: string; close: number; index: number },
): Draft<'experience'> {
  const market = close / price - 1
  const earned = (to - from) * market
  const right = earned > 0
  const next = right ? 'do it again' : to > from ? 'buy less' : 'sell less'
  const content =
    `${symbol}, ${situation}; closed after ${index - filledAt} trading days with the market at ${basisPoints(market)}: ` +
    `it earned ${basisPoints(earned)} against holding still. Next time: ${next}.`
  const { decision, fill, trajectory } = trade
  const evidence = [decision, fill]
  return lessonOf(
    'trade',
    { namespace: SHARED, symbol, content, evidence, trajectory, decision },
    right,
    {
      bps: earned * BASIS_POINTS,
      days: index - filledAt,
    },
  )
}

interface LessonParts {
  readonly namespace: string
  readonly symbol: string
  readonly content: string
  readonly evidence: readonly string[]
  readonly trajectory: string
  readonly decision: string
}

function lessonOf(
  of: 'forecast' | 'trade',
  { namespace, symbol, content, evidence, trajectory, decision }: LessonParts,
  right: boolean,
  features: Record<string, number>,
): Draft<'experience'> {
  const came = right ? 'right' : 'wrong'
  return {
    kind: 'experience',
    namespace,
    type: 'lesson',
    content,
    importance: IMPORTANCE[came],
    tags: [symbol, of, came],
    features: { ...features, right: Number(right) },
    evidence: [...evidence],
    cause: decision,
    trajectory,
  }
}

/** What lessons come to, in words. */
export function noteOf(memories: readonly RecalledMemory[]): string {
  const known = memories.flatMap(({ event }) =>
    event.kind === 'experience' ? [event.features] : [],
  )
  if (known.length === 0) return 'no lesson of a situation like it'
  const right = known.filter((features) => features['right'] === 1).length
  const bps = known.reduce((sum, features) => sum + (features['bps'] ?? 0), 0) / known.length
  return `of ${known.length} lessons like it ${right} came right, ${signed(bps)} bps on average`
}

/** The regime as a fact: it holds from this close on, until another does. */
export function regimeFact(
  symbol: string,
  regime: Regime,
  from: Micros,
  evidence: readonly string[],
): Draft<'fact'> {
  return {
    kind: 'fact',
    namespace: SHARED,
    entity: symbol,
    attribute: 'volatility regime',
    value: regime,
    valid_from: from,
    evidence: [...evidence],
  }
}

const REGIMES: Record<Regime, string> = {
  CALM: '20-day volatility below three quarters of that over a year',
  NORMAL: '20-day volatility near that over a year',
  STRESSED: '20-day volatility above 25 % and above that over a year',
}

/** What the words of the facts mean. */
export function regimeConcepts(): Draft<'concept'>[] {
  return Object.entries(REGIMES).map(([name, description]) => ({
    kind: 'concept',
    namespace: SHARED,
    name: `${name} regime`,
    categories: ['volatility regime'],
    description,
  }))
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`
}

function basisPoints(value: number): string {
  return `${signed(value * BASIS_POINTS)} bps`
}

function signed(value: number): string {
  const rounded = Math.round(value)
  return rounded > 0 ? `+${rounded}` : String(rounded === 0 ? 0 : rounded)
}
