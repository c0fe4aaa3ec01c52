import { decimalToNumber } from '@waggle/base'
import { underWater } from '../metrics/drawdown.ts'
import { calibrationChart, lineChart } from './charts.ts'
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
import { monthlyReturns } from './monthly-returns.ts'
import { HOVER_SCRIPT, STYLE } from './page-parts.ts'
import type { BacktestReport } from './report.ts'

/** A report as one page that needs nothing else: no network, no library; light or dark as the reader has it. */
export function reportHtml(report: BacktestReport): string {
  const { settings, curve, contamination, forecasts, digest, said, observed } = report
  const { clean, contaminated } = contamination
  const title = `${settings.name}, ${day(settings.from)} to ${day(settings.to)}`
  const { at, values } = curve
  const show = (value: number): string => value.toLocaleString('en', { maximumFractionDigits: 2 })
  const whole = (value: number): string => `${+(value * 100).toFixed(1)} %`
  const data = JSON.stringify({ days: at.map(day), values: values.map((v) => +v.toFixed(2)) })
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<link rel="icon" href="data:,">
<title>Backtest: ${escaped(title)}</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<header>
<h1>${escaped(title)}</h1>
<p>Swarm ${escaped(settings.swarm)}, run ${escaped(settings.run)}, seed ${settings.seed}: ${observed.events} events, ${observed.steps} steps, ${said.events} events said. Costs: ${escaped(costsText(report))}; fills at ${settings.fillAt}.</p>
</header>
${warnings(report)
  .map((warning) => `<p class="warning" role="note">${escaped(warning)}</p>`)
  .join('\n')}
<section aria-label="Performance">${figures(performanceFigures(report.performance))}</section>
<figure><figcaption>Equity <output id="read"></output></figcaption>${lineChart({ id: 'equity', label: 'Equity by day', at, values, height: 280, show })}</figure>
<figure><figcaption>Loss from the highest equity so far</figcaption>${lineChart({ id: 'drawdown', label: 'Drawdown by day', at, values: underWater(values), height: 140, show: whole, area: true })}</figure>
<h2>Returns by month</h2>
${monthTable(report)}
<h2>Trading</h2>
<section aria-label="Trading">${figures(tradingFigures(report))}</section>
${instrumentTable(report)}
<h2>Forecasts</h2>
<section aria-label="Forecasts">${figures(forecastFigures(report))}</section>
<figure><figcaption>Calibration: what was said, and what came true</figcaption>${calibrationChart(forecasts.calibration, 280)}</figure>
${
  contaminated === 0
    ? ''
    : `<h2>Without contaminated decisions</h2>
<section aria-label="Clean forecasts">${figures(forecastFigures(clean))}</section>
${clean.performance === undefined ? '' : `<section aria-label="Clean performance">${figures(performanceFigures(clean.performance))}</section>`}`
}
<footer>Report <code>${digest}</code></footer>
</main>
<script type="application/json" id="curve">${data}</script>
<script>${HOVER_SCRIPT}</script>
</body>
</html>
`
}

function figures(all: readonly Figure[]): string {
  const items = all.map(([name, value]) => `<div><dt>${name}</dt><dd>${escaped(value)}</dd></div>`)
  return `<dl>${items.join('')}</dl>`
}

function instrumentTable({ instruments }: BacktestReport): string {
  const rows = instruments.map(
    ({ instrument, fills, roundTrips, hitRate, pnl, fees, position, priceReturn }) =>
      `<tr><th scope="row">${escaped(instrument)}</th><td>${moneyText(pnl)}</td><td>${moneyText(fees)}</td><td>${fills}</td><td>${roundTrips}</td><td>${percent(hitRate)}</td><td>${decimalToNumber(position)}</td><td>${percent(priceReturn)}</td></tr>`,
  )
  const names = [
    '',
    'profit or loss',
    'fees',
    'fills',
    'round trips',
    'that gained',
    'held',
    'its price',
  ]
  return table(names, rows)
}

function monthTable({ curve }: BacktestReport): string {
  const MONTHS = [
    'Jan',
    'Feb',
    'Mar',
    'Apr',
    'May',
    'Jun',
    'Jul',
    'Aug',
    'Sep',
    'Oct',
    'Nov',
    'Dec',
  ]
  const rows = monthlyReturns(curve).map(({ year, months, total }) => {
    const cells = months.map((value) => {
      if (value === undefined) return '<td></td>'
      const strength = Math.min(70, Math.round(Math.abs(value) * 700))
      return `<td class="${value < 0 ? 'loss' : 'gain'}" style="--strength:${strength}%">${(value * 100).toFixed(1)}</td>`
    })
    return `<tr><th scope="row">${year}</th>${cells.join('')}<td>${(total * 100).toFixed(1)}</td></tr>`
  })
  return table(['%', ...MONTHS, 'year'], rows)
}

function table(names: readonly string[], rows: readonly string[]): string {
  const head = names.map((name) => `<th scope="col">${name}</th>`).join('')
  return `<div class="scroll"><table><thead><tr>${head}</tr></thead><tbody>${rows.join('')}</tbody></table></div>`
}

function escaped(text: string): string {
  const names: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }
  return text.replaceAll(/[&<>"]/g, (letter) => names[letter]!)
}
