import type { Features } from '../indicators.ts'
import type { Forecast } from './market-hunter.ts'

const TARGET_VOLATILITY = 0.14
const STEP = 0.05
/** Smaller changes are not worth a vote. */
export const REBALANCE_BAND = 0.2

/** Share of the portfolio to hold: full in an uptrend, a quarter below it, scaled to the target volatility. */
export function targetExposure(features: Features, hunt: Forecast | undefined): number | undefined {
  const { price, sma200, volatility20 } = features
  if (sma200 === undefined || volatility20 === undefined || hunt === undefined) return undefined
  const trend = price > sma200 ? 1 : 0.25
  const oversold = hunt.direction > 0 && hunt.confidence > 0.6 ? 0.25 : 0
  const scaled = Math.min(1, trend + oversold) * Math.min(1, TARGET_VOLATILITY / volatility20)
  return Math.round(scaled / STEP) * STEP
}
