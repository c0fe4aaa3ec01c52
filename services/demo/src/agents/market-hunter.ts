import type { Features } from '../indicators.ts'

/** What an agent expects of the next days. */
export interface Forecast {
  readonly direction: 1 | -1
  /** Probability that the direction is right. */
  readonly confidence: number
  /** Expected return until the horizon. */
  readonly expected: number
  readonly horizonDays: number
  /** What sort of situation it is: the same words for all that is alike. */
  readonly setup: string
  readonly reasoning: string
}

const HORIZON_DAYS = 5
const DRIFT = 0.2
const TYPICAL_MOVE = 0.015

/** Trend and mean reversion as one score; undefined while the slow average warms up. */
export function huntForecast(features: Features): Forecast | undefined {
  const { price, sma200, rsi14, macdHistogram, bandPosition } = features
  if (sma200 === undefined || rsi14 === undefined || macdHistogram === undefined) return undefined
  const trend = price > sma200 ? 1 : -1
  const momentum = Math.sign(macdHistogram)
  const stretched = rsi14 < 30 || (bandPosition ?? 0.5) < 0 ? 1 : rsi14 > 75 ? -1 : 0
  const score = DRIFT + 0.15 * trend + 0.05 * momentum + 0.35 * stretched
  const up = 1 / (1 + Math.exp(-score))
  const direction = up >= 0.5 ? 1 : -1
  const confidence = Math.max(up, 1 - up)
  const setup = `${trend > 0 ? 'above' : 'below'} the 200-day average, MACD ${momentum > 0 ? 'rising' : 'falling'}`
  const mood = stretched > 0 ? 'oversold' : stretched < 0 ? 'overbought' : ''
  return {
    direction,
    confidence,
    expected: direction * (2 * confidence - 1) * TYPICAL_MOVE,
    horizonDays: HORIZON_DAYS,
    setup: mood === '' ? setup : `${setup}, ${mood}`,
    reasoning: `${setup}, RSI ${rsi14.toFixed(0)}${mood === '' ? '' : ` (${mood})`}`,
  }
}
