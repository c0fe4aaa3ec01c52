import type { Features } from '../indicators.ts'
import type { Forecast } from './market-hunter.ts'

/** Mood of the market, read from how much it moves. */
export type Regime = 'CALM' | 'NORMAL' | 'STRESSED'

const HORIZON_DAYS = 20
const STRESSED_VOLATILITY = 0.25
const UP_SHARE: Record<Regime, number> = { CALM: 0.66, NORMAL: 0.62, STRESSED: 0.55 }

export function regimeOf({ volatility20, volatility252 }: Features): Regime | undefined {
  if (volatility20 === undefined || volatility252 === undefined) return undefined
  if (volatility20 > STRESSED_VOLATILITY && volatility20 > volatility252) return 'STRESSED'
  return volatility20 < 0.75 * volatility252 ? 'CALM' : 'NORMAL'
}

/** A month ahead: calm markets drift up, stressed ones hardly. */
export function sentimentForecast(features: Features): Forecast | undefined {
  const regime = regimeOf(features)
  if (regime === undefined) return undefined
  const confidence = UP_SHARE[regime]
  return {
    direction: 1,
    confidence,
    expected: (2 * confidence - 1) * 0.03,
    horizonDays: HORIZON_DAYS,
    setup: `${regime} regime`,
    reasoning: `${regime} regime: 20-day volatility ${percent(features.volatility20)} against ${percent(features.volatility252)} over a year`,
  }
}

function percent(value: number | undefined): string {
  return `${((value ?? 0) * 100).toFixed(0)} %`
}
