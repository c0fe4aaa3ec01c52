import type { AgentContextJson, KnownEventJson, MemoryJson } from '@waggle/api'
import { useRead } from '../../app/read.ts'
import { useScope } from '../../app/scope.ts'
import { eventSummary } from '../../parts/event-summary.ts'
import { Answered } from '../../ui/answered.tsx'
import { Badge } from '../../ui/badge.tsx'
import { EventLink } from '../../ui/event-link.tsx'
import { numberText, timeText } from '../../ui/format.ts'
import { JsonTree } from '../../ui/json-tree.tsx'
import { Money } from '../../ui/money.tsx'
import { Panel, Panels } from '../../ui/panel.tsx'
import { Table, type Column } from '../../ui/table.tsx'
import { Time } from '../../ui/time.tsx'
import { WindowBar } from './window-bar.tsx'

/** Exactly what an agent remembers and sees at the chosen time. */
export function Sight({ agent }: { readonly agent: string }) {
  const { asOf } = useScope()
  const query = useRead('agentContext', { agent }, { keep: true, enabled: agent !== '' })
  return (
    <Answered query={query}>
      {({ data, past }) => (
        <Panels>
          <Panel title="What it has before it" aside={<Sealed asOf={asOf} sealed={past?.sealed} />}>
            <WindowBar blocks={data.window} />
          </Panel>
          <Panel title="Member and state" span={4}>
            <State context={data} />
          </Panel>
          <Panel title="Memories it recalls" span={8} flush>
            <Rows label="Recalled memories, best first" columns={MEMORIES} rows={data.memories} />
          </Panel>
          {data.turns.length === 0 ? null : (
            <Panel title={`What was said in ${data.turns.at(-1)!.conversation}`} flush>
              <Rows label="Turns, oldest first" columns={TURNS} rows={data.turns} />
            </Panel>
          )}
          <Panel title="Signals that concern it" span={8} flush>
            <Rows label="Signals alive" columns={EVENTS} rows={data.signals} />
          </Panel>
          <Panel title="Holdings" span={4} flush>
            <Rows label="Holdings by instrument" columns={HOLDINGS} rows={data.holdings} />
          </Panel>
        </Panels>
      )}
    </Answered>
  )
}

function Sealed({ asOf, sealed }: { asOf: string | undefined; sealed: boolean | undefined }) {
  if (asOf === undefined) return <span>now</span>
  return sealed === true ? (
    <Badge tone="good">sealed: nothing can change it</Badge>
  ) : (
    <Badge tone="warn">not sealed yet</Badge>
  )
}

function State({ context: { agent, state } }: { readonly context: AgentContextJson }) {
  return (
    <>
      {agent === null ? (
        <p className="faint">It had not joined.</p>
      ) : (
        <p>
          {agent.role}, weight {numberText(agent.weight)}{' '}
          {agent.learned_weight === null ? '' : `(learned ${numberText(agent.learned_weight)}) `}
          <Badge tone={agent.status === 'ALIVE' ? 'good' : 'warn'}>{agent.status}</Badge>
          <br />
          <span className="faint">last heard {timeText(agent.last_heard)}</span>
        </p>
      )}
      {state === null ? (
        <p className="faint">It keeps no state.</p>
      ) : (
        <JsonTree name={`state v${state.version}`} value={state.state} open={2} />
      )}
    </>
  )
}

interface RowsProps<Row> {
  readonly label: string
  readonly columns: readonly Column<Row>[]
  readonly rows: readonly Row[]
}

function Rows<Row extends object>({ label, columns, rows }: RowsProps<Row>) {
  if (rows.length === 0) return <p className="waiting">None.</p>
  const keyOf = (row: Row): string => String(rows.indexOf(row))
  return <Table label={label} columns={columns} rows={rows} rowKey={keyOf} height={260} />
}

const MEMORIES: readonly Column<MemoryJson>[] = [
  { id: 'id', header: 'Event', cell: ({ position }) => <EventLink id={position} /> },
  { id: 'kind', header: 'Kind', cell: ({ kind }) => kind, sort: ({ kind }) => kind },
  {
    id: 'score',
    header: 'Score',
    cell: ({ score }) => numberText(score, 3),
    sort: ({ score }) => score ?? 0,
    align: 'right',
  },
  { id: 'text', header: 'Says', cell: ({ text }) => text, grow: true },
]

const TURNS: readonly Column<AgentContextJson['turns'][number]>[] = [
  { id: 'id', header: 'Event', cell: ({ position }) => <EventLink id={position} /> },
  {
    id: 'time',
    header: 'Known (UTC)',
    cell: (row) => <Time micros={row.known_from} />,
    wide: true,
  },
  { id: 'role', header: 'Role', cell: ({ role, pinned }) => (pinned ? `${role}, pinned` : role) },
  { id: 'text', header: 'Says', cell: ({ text }) => text, grow: true },
]

const EVENTS: readonly Column<KnownEventJson>[] = [
  { id: 'id', header: 'Event', cell: ({ event }) => <EventLink id={event.id} /> },
  {
    id: 'time',
    header: 'Known (UTC)',
    cell: (row) => <Time micros={row.known_from} />,
    wide: true,
  },
  { id: 'agent', header: 'From', cell: ({ event }) => event.agent },
  { id: 'says', header: 'Says', cell: ({ event }) => eventSummary(event), grow: true },
]

const HOLDINGS: readonly Column<AgentContextJson['holdings'][number]>[] = [
  { id: 'instrument', header: 'Instrument', cell: ({ instrument }) => instrument },
  {
    id: 'quantity',
    header: 'Quantity',
    cell: ({ quantity }) => <Money value={quantity} />,
    align: 'right',
  },
  {
    id: 'realised',
    header: 'Realised',
    cell: ({ realised }) => <Money value={realised} signed />,
    align: 'right',
  },
]
