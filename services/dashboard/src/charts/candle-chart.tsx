import {
  CandlestickSeries,
  ColorType,
  createChart,
  createSeriesMarkers,
  type IChartApi,
  type ISeriesApi,
  type ISeriesMarkersPluginApi,
  type SeriesMarker,
  type Time,
  type UTCTimestamp,
} from 'lightweight-charts'
import { useEffect, useRef } from 'react'
import { colourOf, useTheme } from '../app/theme.ts'

export interface Candle {
  /** Microseconds. */
  readonly time: number
  readonly open: number
  readonly high: number
  readonly low: number
  readonly close: number
}

export interface Mark {
  readonly id: string
  /** Microseconds. */
  readonly time: number
  readonly side: 'up' | 'down' | 'none'
  readonly text: string
}

export interface CandleChartProps {
  readonly label: string
  /** Oldest first. */
  readonly candles: readonly Candle[]
  readonly marks: readonly Mark[]
  readonly selected?: string | undefined
  readonly onSelect: (id: string) => void
  readonly height?: number
}

interface Made {
  readonly chart: IChartApi
  readonly series: ISeriesApi<'Candlestick'>
  readonly markers: ISeriesMarkersPluginApi<Time>
}

/** Candles in sight when a chart opens, or a decision is chosen. */
const IN_SIGHT = 110
const AHEAD = 12

const secondsOf = (micros: number): UTCTimestamp => Math.floor(micros / 1e6) as UTCTimestamp

/** Prices as candles, with what was decided marked on them; a click on a mark chooses it. */
export default function CandleChart(props: CandleChartProps) {
  const { label, candles, marks, selected, onSelect, height = 320 } = props
  const box = useRef<HTMLDivElement>(null)
  const made = useRef<Made>(undefined)
  const latest = useRef(onSelect)
  latest.current = onSelect
  const theme = useTheme()
  useEffect(() => {
    const one = makeChart(box.current!, (id) => latest.current(id))
    made.current = one
    return () => one.chart.remove()
  }, [theme])
  useEffect(() => made.current?.series.setData(dataOf(candles)), [candles, theme])
  useEffect(
    () => made.current?.markers.setMarkers(markersOf(marks, selected)),
    [marks, selected, theme],
  )
  useEffect(() => {
    const time = marks.find(({ id }) => id === selected)?.time ?? Infinity
    const after = candles.findIndex((candle) => candle.time > time)
    const to = (after < 0 ? candles.length : after) + AHEAD
    if (candles.length > 0)
      made.current?.chart.timeScale().setVisibleLogicalRange({ from: to - IN_SIGHT, to })
  }, [candles, selected, theme])
  return <div ref={box} role="img" aria-label={label} style={{ height }} />
}

function makeChart(element: HTMLElement, onSelect: (id: string) => void): Made {
  const [ink, line] = [colourOf('--faint'), colourOf('--line')]
  const [up, down] = [colourOf('--good'), colourOf('--bad')]
  const chart = createChart(element, {
    autoSize: true,
    layout: {
      background: { type: ColorType.Solid, color: colourOf('--surface') },
      textColor: ink,
      fontSize: 11,
      // Named in the panel instead: the library would write its own style sheet into the page.
      attributionLogo: false,
    },
    grid: { vertLines: { color: line }, horzLines: { color: line } },
    rightPriceScale: { borderColor: line },
    timeScale: { borderColor: line, rightOffset: AHEAD },
  })
  const series = chart.addSeries(CandlestickSeries, {
    upColor: up,
    downColor: down,
    wickUpColor: up,
    wickDownColor: down,
    borderVisible: false,
    priceLineVisible: false,
  })
  chart.subscribeClick(({ hoveredObjectId }) => {
    if (typeof hoveredObjectId === 'string') onSelect(hoveredObjectId)
  })
  return { chart, series, markers: createSeriesMarkers(series) }
}

/** The chart wants one candle a second at most, in order; the later one stands. */
function dataOf(candles: readonly Candle[]) {
  const bySecond = new Map(
    candles.map(({ time, ...prices }) => [secondsOf(time), { time: secondsOf(time), ...prices }]),
  )
  return [...bySecond.values()].sort((a, b) => a.time - b.time)
}

function markersOf(marks: readonly Mark[], selected: string | undefined): SeriesMarker<Time>[] {
  const colours = { up: '--series-1', down: '--series-2', none: '--series-6' } as const
  return marks.map(({ id, time, side, text }) => ({
    id,
    time: secondsOf(time),
    position: side === 'down' ? 'aboveBar' : 'belowBar',
    shape: side === 'up' ? 'arrowUp' : side === 'down' ? 'arrowDown' : 'circle',
    color: colourOf(id === selected ? '--warn' : colours[side]),
    size: id === selected ? 1.6 : 0.6,
    ...(id === selected ? { text } : {}),
  }))
}
