import type { KnownEventJson } from '@waggle/api'
import { useMemo } from 'react'
import { useRead } from '../../app/read.ts'
import { useScope } from '../../app/scope.ts'
import { useUrl } from '../../app/url.ts'
import { Candles } from '../../charts/charts.tsx'
import type { Mark } from '../../charts/candle-chart.tsx'
import { Answered } from '../../ui/answered.tsx'
import { Choice } from '../../ui/choice.tsx'
import { Empty } from '../../ui/empty.tsx'

const BARS_MAX = 5000
const HEIGHT = 340

export interface DecisionChartProps {
  /** Newest first. */
  readonly decisions: readonly KnownEventJson[]
  readonly selected: string | undefined
  readonly onSelect: (id: string) => void
}

/** Bars that were known, with the decisions on them. */
export function DecisionChart({ decisions, selected, onSelect }: DecisionChartProps) {
  const [search, change] = useUrl()
  const { asOf } = useScope()
  const instruments = useRead('swarm', {}).data?.data.instruments
  const instrument = search['instrument'] ?? instruments?.[0]
  const bars = useRead(
    'bars',
    { instrument: instrument ?? '', limit: BARS_MAX },
    { every: 0, keep: true, enabled: instrument !== undefined },
  )
  const candles = useMemo(
    () =>
      (bars.data?.data ?? []).map(({ time, open, high, low, close }) => ({
        time,
        open: Number(open),
        high: Number(high),
        low: Number(low),
        close: Number(close),
      })),
    [bars.data],
  )
  const marks = useMemo(() => marksOf(decisions, instrument), [decisions, instrument])
  if (instruments !== undefined && instrument === undefined)
    return asOf === undefined ? (
      <Empty title="No prices in this run" command="npm run demo -- --bars prices.csv" />
    ) : (
      <Empty title="No prices were known by then" />
    )
  return (
    <>
      <Answered query={bars}>
        {() => (
          <Candles
            label={`Prices of ${instrument}, with ${marks.length} decisions`}
            candles={candles}
            marks={marks}
            selected={selected}
            onSelect={onSelect}
            height={HEIGHT}
          />
        )}
      </Answered>
      <div className="chart-foot">
        {(instruments?.length ?? 0) > 1 ? (
          <Choice
            label="Instrument"
            value={instrument ?? ''}
            options={(instruments ?? []).map((name) => [name, name])}
            onChange={(name) => change({ instrument: name })}
          />
        ) : (
          <span>{instrument}</span>
        )}
        <a href="https://www.tradingview.com/" rel="noreferrer" target="_blank">
          Lightweight Charts™ by TradingView
        </a>
      </div>
    </>
  )
}

const UP = /UP|BUY|LONG/
const DOWN = /DOWN|SELL|SHORT/

function marksOf(decisions: readonly KnownEventJson[], instrument: string | undefined): Mark[] {
  return decisions
    .filter(({ event }) => event['instrument'] === null || event['instrument'] === instrument)
    .map(({ event, known_from }) => {
      const action = String(event['action'])
      const side = UP.test(action) ? 'up' : DOWN.test(action) ? 'down' : 'none'
      return { id: event.id, time: known_from, side, text: action } as const
    })
    .toReversed()
}
