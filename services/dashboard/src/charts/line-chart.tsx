import { useEffect, useRef } from 'react'
import uPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'
import { colourOf, useTheme } from '../app/theme.ts'
import './charts.css'

export interface Line {
  readonly name: string
  /** One for each x; null is a gap. */
  readonly values: readonly (number | null)[]
  /** Custom property of its colour; by its order if left out. */
  readonly colour?: string
  readonly dashed?: boolean
  readonly points?: boolean
}

export interface LineChartProps {
  /** What it shows, for those who do not see it. */
  readonly label: string
  /** Seconds since 1970 where x is a time. */
  readonly x: readonly number[]
  readonly lines: readonly Line[]
  readonly time?: boolean
  readonly height?: number
  readonly xLabel?: string
  readonly yLabel?: string
  /** Bounds of the y axis; by the values if left out. */
  readonly yRange?: readonly [number, number]
}

const COLOURS = 6

/** Lines over time or numbers, with a legend that tells the values under the cursor. */
export default function LineChart(props: LineChartProps) {
  const { label, x, lines, height = 220 } = props
  const box = useRef<HTMLDivElement>(null)
  const plot = useRef<uPlot>(undefined)
  const theme = useTheme()
  const shape = lines.map(({ name, dashed, points }) => `${name}/${dashed}/${points}`).join('|')
  const data = [x, ...lines.map(({ values }) => values)] as unknown as uPlot.AlignedData
  useEffect(() => {
    const element = box.current!
    const made = new uPlot(optionsOf(props, innerWidthOf(element)), data, element)
    plot.current = made
    const resized = new ResizeObserver(() => made.setSize({ width: innerWidthOf(element), height }))
    resized.observe(element)
    return () => {
      resized.disconnect()
      made.destroy()
    }
    // The chart is made again with its shape and its colours; values only move into it.
  }, [shape, theme, height])
  useEffect(() => plot.current?.setData(data), [x, lines])
  return (
    <div
      ref={box}
      className="line-chart"
      role="img"
      aria-label={label}
      style={{ minHeight: height }}
    />
  )
}

/** Without the space around the chart. */
const innerWidthOf = (element: HTMLElement): number =>
  element.clientWidth - 2 * parseFloat(getComputedStyle(element).paddingLeft)

/** Seconds as text, as exact as marks that are `step` seconds apart need it. */
function axisText(seconds: number, step: number): string {
  const iso = new Date(seconds * 1000).toISOString()
  if (step >= DAY) return iso.slice(0, 10)
  return iso.slice(11, step >= 60 ? 16 : 19)
}

const DAY = 86_400

function optionsOf(props: LineChartProps, width: number): uPlot.Options {
  const { lines, time = true, height = 220, xLabel, yLabel, yRange } = props
  const axis = {
    stroke: colourOf('--faint'),
    grid: { stroke: colourOf('--line'), width: 1 },
    ticks: { stroke: colourOf('--line'), width: 1, size: 4 },
    font: `11px ${getComputedStyle(document.body).fontFamily}`,
  }
  return {
    width,
    height,
    tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), 'Etc/UTC'),
    scales: { x: { time }, y: yRange === undefined ? {} : { range: [...yRange] } },
    axes: [
      {
        ...axis,
        size: 30,
        ...(time
          ? { values: (_, at, _axis, _space, step) => at.map((x) => axisText(x, step)) }
          : {}),
        ...(xLabel === undefined ? {} : { label: xLabel, labelSize: 18 }),
      },
      { ...axis, size: 46, ...(yLabel === undefined ? {} : { label: yLabel, labelSize: 18 }) },
    ],
    series: [
      time ? { label: 'UTC', value: '{YYYY}-{MM}-{DD} {HH}:{mm}:{ss}' } : {},
      ...lines.map(({ name, colour, dashed, points }, index) => ({
        label: name,
        stroke: colourOf(colour ?? `--series-${(index % COLOURS) + 1}`),
        width: 1.5,
        ...(dashed === true ? { dash: [4, 4] } : {}),
        points: { show: points ?? false, size: 6 },
      })),
    ],
    legend: { live: true },
    cursor: { drag: { x: false, y: false } },
  }
}
