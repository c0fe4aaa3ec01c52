import {
  costsText,
  day,
  forecastFigures,
  moneyText,
  percent,
  performanceFigures,
  tradingFigures,
  warnings,
  type Figure,
} from './figures.ts'
import type { BacktestReport } from './report.ts'

/** A report for the terminal; ends with a newline. */
export function reportText(report: BacktestReport): string {
  const { settings, observed, instruments, contamination, curve, said, digest } = report
  const { name, from, to, run, fillAt, seed } = settings
  const { clean } = contamination
  const behind = clean.performance
  return [
    `${name}, ${day(from)} to ${day(to)}: ${observed.events} events, ${observed.steps} steps, run ${run}, seed ${seed}`,
    `costs: ${costsText(report)}; fills at ${fillAt}`,
    ...warnings(report).map((warning) => `! ${warning}`),
    '',
    `equity ${moneyText(curve.equity[0] ?? settings.cash)} to ${moneyText(curve.equity.at(-1) ?? settings.cash)}  ${sparkline(curve.values)}`,
    ...columns(performanceFigures(report.performance)),
    '',
    ...columns(tradingFigures(report)),
    '',
    ...columns(forecastFigures(report)),
    ...report.forecasts.calibration.map(
      ({ above, decisions, said: probability, came }) =>
        `  from ${percent(above)}: ${decisions} decisions, said ${percent(probability)}, came true ${percent(came)}`,
    ),
    ...(contamination.contaminated === 0
      ? []
      : [
          '',
          'without contaminated decisions',
          ...columns(forecastFigures(clean)),
          ...(behind === undefined ? [] : columns(performanceFigures(behind))),
        ]),
    '',
    ...instruments.map(
      ({ instrument, fills, roundTrips, pnl, fees, priceReturn }) =>
        `${instrument}: ${moneyText(pnl)} from ${fills} fills and ${roundTrips} round trips, fees ${moneyText(fees)}; its price ${percent(priceReturn)}`,
    ),
    `said ${said.events} events, report ${digest}`,
    '',
  ].join('\n')
}

const ACROSS = 3

function columns(figures: readonly Figure[]): string[] {
  const cells = figures.map(([name, value]) => `${name.padEnd(20)}${value.padStart(16)}`)
  const rows: string[] = []
  for (let at = 0; at < cells.length; at += ACROSS)
    rows.push(`  ${cells.slice(at, at + ACROSS).join('   ')}`)
  return rows
}

const BLOCKS = '▁▂▃▄▅▆▇█'
const WIDTH = 48

function sparkline(values: readonly number[]): string {
  const low = values.reduce((a, b) => Math.min(a, b), Infinity)
  const high = values.reduce((a, b) => Math.max(a, b), -Infinity)
  const step = Math.max(1, values.length / WIDTH)
  let line = ''
  for (let at = 0; at < values.length; at += step) {
    const share = high === low ? 0 : (values[Math.floor(at)]! - low) / (high - low)
    line += BLOCKS[Math.min(BLOCKS.length - 1, Math.floor(share * BLOCKS.length))]
  }
  return line
}
