import type { KnownEventJson } from '@waggle/api'
import { useRead } from '../../app/read.ts'
import { eventScore, eventSummary } from '../../parts/event-summary.ts'
import { Answered } from '../../ui/answered.tsx'
import { Badge } from '../../ui/badge.tsx'
import { EventLink } from '../../ui/event-link.tsx'
import { EvidenceButton } from '../../ui/evidence-button.tsx'
import { numberText } from '../../ui/format.ts'
import { JsonTree } from '../../ui/json-tree.tsx'
import { Panel } from '../../ui/panel.tsx'
import { Table, type Column } from '../../ui/table.tsx'
import { Time } from '../../ui/time.tsx'
import { inputsOf, type Input } from './inputs-of.ts'

/** A decision with everything it rested on. */
export function DecisionDetail({ decision }: { readonly decision: KnownEventJson }) {
  const { event } = decision
  return (
    <>
      <Panel
        title="The decision"
        span={4}
        aside={<EvidenceButton claim={`decision:${event.id}`} />}
      >
        <dl className="facts">
          <Fact name="Action">
            <strong>{text(event['action'])}</strong> {text(event['instrument'])}
          </Fact>
          <Fact name="Known">
            <Time micros={decision.known_from} />{' '}
            {decision.late ? <Badge tone="warn">late</Badge> : null}
          </Fact>
          <Fact name="Confidence">{numberText(numberOf(event['confidence']), 3)}</Fact>
          <Fact name="Predicts">
            {text(event['predicted_outcome'])}
            {event['predicted_value'] === null
              ? null
              : ` (${numberText(numberOf(event['predicted_value']), 4)})`}
          </Fact>
          <Fact name="Reasoning">{text(event['reasoning'])}</Fact>
          <Fact name="Instead of">{list(event['alternatives'])}</Fact>
          <Fact name="Event">
            <EventLink id={event.id} text="causes and effects" />
          </Fact>
        </dl>
        <JsonTree name="context" value={event['context']} />
      </Panel>
      <Panel title="Inputs it had" span={8} flush>
        <Inputs id={event.id} />
      </Panel>
    </>
  )
}

const COLUMNS: readonly Column<Input>[] = [
  {
    id: 'event',
    header: 'Event',
    cell: ({ known }) => <EventLink id={known.event.id} />,
  },
  {
    id: 'role',
    header: 'As',
    wide: true,
    cell: ({ role }) => role,
    sort: ({ role }) => role,
  },
  {
    id: 'kind',
    header: 'Kind',
    cell: ({ known }) => known.event.kind,
    sort: ({ known }) => known.event.kind,
  },
  {
    id: 'known',
    header: 'Known (UTC)',
    cell: ({ known }) => <Time micros={known.known_from} />,
    sort: ({ known }) => known.known_from,
    wide: true,
  },
  {
    id: 'score',
    header: 'Score',
    cell: ({ score, known }) => <Score score={score ?? eventScore(known.event)} />,
    align: 'right',
  },
  { id: 'says', header: 'Says', cell: ({ known }) => eventSummary(known.event), grow: true },
]

function Score({ score }: { score: { name: string; value: number } | undefined }) {
  if (score === undefined) return <span className="faint">–</span>
  return (
    <>
      <span className="faint">{score.name}</span> {numberText(score.value, 3)}
    </>
  )
}

function Inputs({ id }: { readonly id: string }) {
  const query = useRead('causation', { id }, { every: 0, keep: true })
  return (
    <Answered query={query}>
      {({ data }) => {
        const rows = inputsOf(data)
        return rows.length === 0 ? (
          <p className="waiting">It names no input.</p>
        ) : (
          <Table
            label="Inputs with their scores"
            columns={COLUMNS}
            rows={rows}
            rowKey={({ known }) => known.event.id}
          />
        )
      }}
    </Answered>
  )
}

function Fact({ name, children }: { name: string; children: React.ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  )
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '–')
const numberOf = (value: unknown): number | null => (typeof value === 'number' ? value : null)
const list = (value: unknown): string =>
  Array.isArray(value) && value.length > 0 ? value.join(', ') : '–'
