import type { Answered as AnsweredBy, ROUTES } from '@waggle/api'
import { useRead } from '../../app/read.ts'
import { Answered } from '../../ui/answered.tsx'
import { Empty } from '../../ui/empty.tsx'
import { bytesText, numberText, percentText } from '../../ui/format.ts'
import { Panel } from '../../ui/panel.tsx'
import { Table, type Column } from '../../ui/table.tsx'
import { Time } from '../../ui/time.tsx'
import { LinePlot } from './line-plot.tsx'

type MemoryFigures = AnsweredBy<typeof ROUTES.memoryFigures>['data']
type Tier = MemoryFigures['tiers'][string] & { readonly name: string }
type Learned = MemoryFigures['learning'][number]

const TIERS: readonly Column<Tier>[] = [
  { id: 'name', header: 'Tier', cell: ({ name }) => name, sort: ({ name }) => name },
  {
    id: 'memories',
    header: 'Memories',
    align: 'right',
    cell: ({ memories }) => numberText(memories, 0),
    sort: ({ memories }) => memories,
  },
  {
    id: 'stored',
    header: 'Stored',
    align: 'right',
    cell: ({ stored_bytes }) => bytesText(stored_bytes),
    sort: ({ stored_bytes }) => stored_bytes,
  },
  {
    id: 'raw',
    header: 'As text',
    align: 'right',
    cell: ({ raw_bytes }) => bytesText(raw_bytes),
    sort: ({ raw_bytes }) => raw_bytes,
    wide: true,
  },
  {
    id: 'compression',
    header: 'Compression',
    align: 'right',
    cell: ({ compression }) => (compression === null ? '–' : `${numberText(compression, 1)} ×`),
  },
]

const LEARNED: readonly Column<Learned>[] = [
  { id: 'at', header: 'Known', cell: ({ at }) => <Time micros={at} />, sort: ({ at }) => at },
  { id: 'lessons', header: 'Lessons', align: 'right', cell: ({ lessons }) => lessons },
  { id: 'promoted', header: 'Promoted', align: 'right', cell: ({ promoted }) => promoted },
  { id: 'demoted', header: 'Demoted', align: 'right', cell: ({ demoted }) => demoted },
  { id: 'brier', header: 'Brier', align: 'right', cell: ({ brier }) => numberText(brier, 4) },
  {
    id: 'return',
    header: 'Mean return',
    align: 'right',
    cell: ({ mean_return }) => percentText(mean_return, 3),
    wide: true,
  },
]

/** Efficiency of the memory, use of its tiers, and learning over time. */
export function Figures() {
  const query = useRead('memoryFigures', {}, { every: 30_000, keep: true })
  return (
    <>
      <Panel title="Efficiency and tiers" span={6} flush>
        <Answered query={query}>{({ data }) => <Efficiency figures={data} />}</Answered>
      </Panel>
      <Panel title="Learning progress" span={6} flush>
        <Answered query={query}>{({ data }) => <Learning learning={data.learning} />}</Answered>
      </Panel>
    </>
  )
}

function Efficiency({ figures }: { readonly figures: MemoryFigures }) {
  const { tiers, forgotten, erased, cited_share } = figures
  const rows = Object.entries(tiers).map(([name, tier]) => ({ name, ...tier }))
  const total = rows.reduce((sum, { memories }) => sum + memories, 0)
  const stored = rows.reduce((sum, { stored_bytes }) => sum + stored_bytes, 0)
  if (total === 0 && forgotten === 0)
    return (
      <Empty title="Nothing is remembered in this run." command="npm run demo">
        Agents remember with <code>agent.remember(…)</code>.
      </Empty>
    )
  return (
    <>
      <dl className="figures">
        <Figure name="Memories" value={numberText(total, 0)} />
        <Figure name="Stored" value={bytesText(stored)} />
        <Figure
          name="Recalled, then cited"
          value={percentText(cited_share)}
          title="Share of recalled memories that the decision then cited"
        />
        <Figure name="Forgotten" value={numberText(forgotten, 0)} />
        <Figure name="Erased" value={numberText(erased, 0)} />
      </dl>
      <Table label="Tiers" columns={TIERS} rows={rows} rowKey={({ name }) => name} />
    </>
  )
}

interface FigureProps {
  readonly name: string
  readonly value: string
  readonly title?: string
}

export function Figure({ name, value, title }: FigureProps) {
  return (
    <div title={title}>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  )
}

function Learning({ learning }: { readonly learning: MemoryFigures['learning'] }) {
  if (learning.length === 0)
    return <Empty title="No outcome has taught anything yet." command="npm run demo" />
  return (
    <>
      <LinePlot
        label="Brier score over time, lower is better"
        points={learning.flatMap(({ at, brier }) => (brier === null ? [] : [{ x: at, y: brier }]))}
        xText={(at) => new Date(at / 1000).toISOString().slice(0, 10)}
        yText={(brier) => brier.toFixed(3)}
      />
      <Table
        label="Learning by time"
        columns={LEARNED}
        rows={learning.toReversed()}
        rowKey={({ at }) => String(at)}
        height={200}
      />
    </>
  )
}
