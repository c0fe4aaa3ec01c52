import { lazy, Suspense } from 'react'
import type { CandleChartProps } from './candle-chart.tsx'
import type { LineChartProps } from './line-chart.tsx'

const LazyLines = lazy(() => import('./line-chart.tsx'))
const LazyCandles = lazy(() => import('./candle-chart.tsx'))

/** Charts load when one is shown: the first page comes without them. */
export function Lines(props: LineChartProps) {
  return (
    <Suspense fallback={<div style={{ height: props.height ?? 220 }} />}>
      <LazyLines {...props} />
    </Suspense>
  )
}

export function Candles(props: CandleChartProps) {
  return (
    <Suspense fallback={<div style={{ height: props.height ?? 320 }} />}>
      <LazyCandles {...props} />
    </Suspense>
  )
}
