import { BollingerBands, EMA, MACD, RSI, SMA } from 'trading-signals'
import type { DailyBar } from './bars-csv.ts'

/** What the agents see of the market at a close; undefined while an indicator warms up. */
export interface Features {
  readonly price: number
  readonly sma50: number | undefined
  readonly sma200: number | undefined
  readonly rsi14: number | undefined
  readonly macdHistogram: number | undefined
  /** Where the close stands between the Bollinger bands: 0 lower, 1 upper. */
  readonly bandPosition: number | undefined
  /** Standard deviation of daily log returns over 20 days, times sqrt(252). */
  readonly volatility20: number | undefined
  /** The same over 252 days. */
  readonly volatility252: number | undefined
}

const TRADING_DAYS = 252
const MONTH_DAYS = 20

/** Fed one bar after the other, in order; a resumed run feeds the past bars again. */
export class Indicators {
  readonly #sma50 = new SMA(50)
  readonly #sma200 = new SMA(200)
  readonly #rsi = new RSI(14)
  readonly #macd = new MACD(new EMA(12), new EMA(26), new EMA(9))
  readonly #bands = new BollingerBands(20, 2)
  readonly #returns: number[] = []
  #last: number | undefined

  next({ price }: DailyBar): Features {
    if (this.#last !== undefined) this.#returns.push(Math.log(price / this.#last))
    if (this.#returns.length > TRADING_DAYS) this.#returns.shift()
    this.#last = price
    for (const indicator of [this.#sma50, this.#sma200, this.#rsi, this.#macd, this.#bands])
      indicator.add(price)
    const bands = this.#bands.getResult()
    const width = bands === null ? 0 : bands.upper - bands.lower
    return {
      price,
      sma50: this.#sma50.getResult() ?? undefined,
      sma200: this.#sma200.getResult() ?? undefined,
      rsi14: this.#rsi.getResult() ?? undefined,
      macdHistogram: this.#macd.getResult()?.histogram,
      bandPosition: bands === null || width === 0 ? undefined : (price - bands.lower) / width,
      volatility20: volatility(this.#returns, MONTH_DAYS),
      volatility252: volatility(this.#returns, TRADING_DAYS),
    }
  }
}

function volatility(returns: readonly number[], days: number): number | undefined {
  if (returns.length < days) return undefined
  const last = returns.slice(-days)
  const mean = last.reduce((sum, value) => sum + value, 0) / days
  const variance = last.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (days - 1)
  return Math.sqrt(variance * TRADING_DAYS)
}

/** The features that are known, as an observation carries them. */
export function knownFeatures(features: Features): Record<string, number> {
  return Object.fromEntries(
    Object.entries(features).filter((entry): entry is [string, number] => entry[1] !== undefined),
  )
}
