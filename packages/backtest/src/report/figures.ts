import { decimalToNumber, formatDecimal, isoOf, type Decimal, type Micros } from '@waggle/base'
import type { Performance } from '../metrics/performance.ts'
import type { BacktestReport } from './report.ts'

/** Name, value as text. */
export type Figure = readonly [name: string, value: string]

export function percent(value: number | undefined): string {
  return value === undefined ? 'none' : `${(value * 100).toFixed(2)} %`
}

export function ratio(value: number | undefined): string {
  return value === undefined ? 'none' : value.toFixed(2)
}

/** To the cent; exact values are in the JSON. */
export function moneyText(value: Decimal): string {
  return decimalToNumber(value).toLocaleString('en', {
    minimumFractionDigits: 2,
    maximumFractionDigits: 2,
  })
}

export function day(at: Micros): string {
  return isoOf(at).slice(0, 10)
}

export function performanceFigures(performance: Performance): Figure[] {
  const { maxDrawdown, sharpe, sharpeError } = performance
  const error = sharpeError === undefined ? '' : ` ± ${ratio(sharpeError)}`
  return [
    ['total return', percent(performance.totalReturn)],
    ['a year', percent(performance.annualReturn)],
    ['volatility', percent(performance.volatility)],
    ['max drawdown', percent(maxDrawdown.depth)],
    ['longest under water', `${maxDrawdown.longest} days`],
    ['Sharpe', `${ratio(sharpe)}${error}`],
    ['deflated Sharpe', percent(performance.deflatedSharpe)],
    ['Sortino', ratio(performance.sortino)],
    ['Calmar', ratio(performance.calmar)],
  ]
}

export function tradingFigures({ trading }: BacktestReport): Figure[] {
  return [
    ['profit or loss', moneyText(trading.pnl)],
    ['fees', moneyText(trading.fees)],
    ['borrow fees', moneyText(trading.borrowFees)],
    ['fills', String(trading.fills)],
    ['round trips', String(trading.roundTrips)],
    ['that gained', percent(trading.hitRate)],
    ['turnover a year', ratio(trading.turnover)],
    ['mean exposure', percent(trading.exposure)],
    ['time in the market', percent(trading.timeInMarket)],
  ]
}

export function forecastFigures({ forecasts }: Pick<BacktestReport, 'forecasts'>): Figure[] {
  return [
    ['decisions', String(forecasts.decisions)],
    ['judged', String(forecasts.judged)],
    ['came true', percent(forecasts.hitRate)],
    ['Brier score', forecasts.brier?.toFixed(4) ?? 'none'],
    ['calibration error', percent(forecasts.calibrationError)],
  ]
}

/** What makes the results doubtful, in words; none where nothing does. */
export function warnings(report: BacktestReport): string[] {
  const { lookAhead, contamination, settings, failures, status, observed } = report
  const { decisions, contaminated, latestCutoff } = contamination
  const said: string[] = []
  if (status === 'STOPPED')
    said.push('Stopped at a look ahead: what follows is of the part before.')
  for (const { at, kind, what } of lookAhead.slice(0, SHOWN))
    said.push(`LOOK AHEAD ${kind} at ${isoOf(at)}: ${what}`)
  if (lookAhead.length > SHOWN) said.push(`and ${lookAhead.length - SHOWN} more`)
  if (contaminated > 0)
    said.push(
      `${contaminated} of ${decisions} decisions are contaminated: their model was trained on data up to ${day(latestCutoff!)}, after the simulated date.`,
    )
  if (settings.fillAt === 'this-close')
    said.push('Orders are filled at the price they were decided on, which nobody gets.')
  if (failures.length > 0)
    said.push(`${failures.length} cycles failed, the first: ${failures[0]!.error}`)
  if (observed.waitingOrders > 0)
    said.push(`${observed.waitingOrders} orders were still waiting for a price.`)
  return said
}

const SHOWN = 10

export function costsText({ settings: { costs } }: BacktestReport): string {
  const { slippage, commissionPerUnit, commissionMinimum, ...bps } = costs
  const parts = Object.entries(bps).map(([name, value]) => `${name} ${value}`)
  if (commissionPerUnit !== undefined)
    parts.push(`commissionPerUnit ${formatDecimal(commissionPerUnit)}`)
  if (commissionMinimum !== undefined)
    parts.push(`commissionMinimum ${formatDecimal(commissionMinimum)}`)
  if (slippage?.model === 'fixed') parts.push(`slippage ${slippage.bps} bps`)
  if (slippage?.model === 'volume-share')
    parts.push(`slippage by volume share (at most ${slippage.share}, impact ${slippage.impact})`)
  return parts.length === 0 ? 'none' : parts.join(', ')
}
