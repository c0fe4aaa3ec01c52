import type { Micros } from '@waggle/base'
import type { CalibrationBin } from '../metrics/forecast-scores.ts'
import { day } from './figures.ts'

const WIDTH = 960
const LEFT = 70
const BOTTOM = 24

interface Axis {
  readonly low: number
  readonly high: number
  readonly ticks: readonly number[]
}

/** A line over time as SVG; `area` fills it to the top, for losses. */
export function lineChart(options: {
  readonly id: string
  readonly label: string
  readonly at: readonly Micros[]
  readonly values: readonly number[]
  readonly height: number
  readonly show: (value: number) => string
  readonly area?: boolean
}): string {
  const { id, label, at, values, height, show, area = false } = options
  if (values.length < 2) return '<p class="none">too short for a chart</p>'
  const axis = axisOf(values)
  const x = (index: number): number => LEFT + ((WIDTH - LEFT) * index) / (values.length - 1)
  const y = yOf(axis, height)
  const points = thinned(values).map((index) => `${fixed(x(index))},${fixed(y(values[index]!))}`)
  const path = `M${points.join('L')}`
  const body = area
    ? `<path class="area" d="${path}L${WIDTH},${fixed(y(0))}L${LEFT},${fixed(y(0))}Z"/>`
    : `<path class="line" d="${path}"/>`
  const dates = [0, 0.25, 0.5, 0.75, 1].map((share) => {
    const index = Math.round(share * (values.length - 1))
    const anchor = share === 0 ? 'start' : share === 1 ? 'end' : 'middle'
    return `<text class="tick" x="${fixed(x(index))}" y="${height + 18}" text-anchor="${anchor}">${day(at[index]!)}</text>`
  })
  return svg(id, label, height, [...gridOf(axis, y, show), body, ...dates])
}

/** What was said against what came true; on the diagonal both are equal. */
export function calibrationChart(bins: readonly CalibrationBin[], height: number): string {
  if (bins.length === 0) return '<p class="none">no decision was judged</p>'
  const axis = { low: 0, high: 1, ticks: [0, 0.25, 0.5, 0.75, 1] }
  const y = yOf(axis, height)
  const x = (share: number): number => LEFT + (WIDTH - LEFT - 8) * share
  const most = Math.max(...bins.map(({ decisions }) => decisions))
  const dots = bins.map(({ said, came, decisions }) => {
    const title = `${decisions} decisions: said ${asPercent(said)}, came true ${asPercent(came)}`
    const radius = 4 + 8 * Math.sqrt(decisions / most)
    return `<circle class="dot" cx="${fixed(x(said))}" cy="${fixed(y(came))}" r="${fixed(radius)}"><title>${title}</title></circle>`
  })
  const diagonal = `<path class="diagonal" d="M${x(0)},${y(0)}L${x(1)},${y(1)}"/>`
  const ticks = axis.ticks.map(
    (tick) =>
      `<text class="tick" x="${fixed(x(tick))}" y="${height + 18}" text-anchor="middle">${asPercent(tick)}</text>`,
  )
  const label = 'Share of decisions that came true, by the probability that was said'
  return svg('calibration', label, height, [
    ...gridOf(axis, y, asPercent),
    diagonal,
    ...dots,
    ...ticks,
  ])
}

function svg(id: string, label: string, height: number, parts: readonly string[]): string {
  return `<svg id="${id}" viewBox="0 0 ${WIDTH} ${height + BOTTOM}" role="img" aria-label="${label}">${parts.join('')}</svg>`
}

function gridOf(
  { ticks }: Axis,
  y: (value: number) => number,
  show: (value: number) => string,
): string[] {
  return ticks.map((tick) => {
    const at = fixed(y(tick))
    return `<path class="grid" d="M${LEFT},${at}H${WIDTH}"/><text class="tick" x="${LEFT - 8}" y="${at}" dy="4" text-anchor="end">${show(tick)}</text>`
  })
}

function yOf({ low, high }: Axis, height: number): (value: number) => number {
  return (value) => 8 + (height - 8) * (1 - (value - low) / (high - low))
}

/** Round numbers around all values: 1, 2 or 5 times a power of ten apart. */
function axisOf(values: readonly number[]): Axis {
  const least = values.reduce((a, b) => Math.min(a, b))
  const most = values.reduce((a, b) => Math.max(a, b))
  const span = most - least || Math.abs(most) || 1
  const power = 10 ** Math.floor(Math.log10(span / 4))
  const step = power * ([1, 2, 5, 10].find((factor) => factor * power * 5 >= span) ?? 10)
  const low = Math.floor(least / step) * step
  const high = Math.max(Math.ceil(most / step) * step, low + step)
  const count = Math.round((high - low) / step)
  return { low, high, ticks: Array.from({ length: count + 1 }, (_, tick) => low + tick * step) }
}

/** Indices enough for the width: of each stretch the first, the lowest and the highest. */
function thinned(values: readonly number[]): number[] {
  const stretch = Math.ceil(values.length / WIDTH)
  if (stretch < 4) return [...values.keys()]
  const kept = new Set<number>([values.length - 1])
  for (let from = 0; from < values.length; from += stretch) {
    const own = [...values.keys()].slice(from, from + stretch)
    const by = (better: (a: number, b: number) => boolean): number =>
      own.reduce((best, index) => (better(values[index]!, values[best]!) ? index : best))
    for (const index of [from, by((a, b) => a < b), by((a, b) => a > b)]) kept.add(index)
  }
  return [...kept].toSorted((a, b) => a - b)
}

function asPercent(share: number): string {
  return `${Math.round(share * 100)} %`
}

function fixed(value: number): string {
  return value.toFixed(1)
}
