import type { PatternJson } from '@waggle/api'
import { Choice } from '../../ui/choice.tsx'
import { useRead } from '../../app/read.ts'
import { useUrl } from '../../app/url.ts'
import { Answered } from '../../ui/answered.tsx'
import { Badge, type Tone } from '../../ui/badge.tsx'
import { Empty } from '../../ui/empty.tsx'
import { EventLink } from '../../ui/event-link.tsx'
import { EvidenceButton } from '../../ui/evidence-button.tsx'
import { numberText, percentText } from '../../ui/format.ts'
import { listHeight } from '../../ui/list-height.ts'
import { Panel } from '../../ui/panel.tsx'
import { Table, type Column } from '../../ui/table.tsx'
import { Time } from '../../ui/time.tsx'
import { Figure } from './figures.tsx'

const TONES: Readonly<Record<string, Tone>> = {
  PROMOTED: 'good',
  DEMOTED: 'bad',
  CANDIDATE: 'info',
}

const COLUMNS: readonly Column<PatternJson>[] = [
  {
    id: 'situation',
    header: 'Situation',
    cell: ({ situation }) => situation,
    grow: true,
    sort: ({ situation }) => situation,
  },
  { id: 'action', header: 'Action', cell: ({ action }) => action, sort: ({ action }) => action },
  {
    id: 'status',
    header: 'Status',
    cell: ({ status }) => <Badge tone={TONES[status] ?? 'plain'}>{status.toLowerCase()}</Badge>,
    sort: ({ status }) => status,
  },
  {
    id: 'lessons',
    header: 'Lessons',
    align: 'right',
    cell: ({ lessons }) => numberText(lessons, 0),
    sort: ({ lessons }) => lessons,
  },
  {
    id: 'return',
    header: 'Mean return',
    align: 'right',
    cell: ({ mean_return }) => percentText(mean_return, 3),
    sort: ({ mean_return }) => mean_return ?? Number.NEGATIVE_INFINITY,
    wide: true,
  },
  {
    id: 'success',
    header: 'Success',
    align: 'right',
    cell: ({ success_rate }) => percentText(success_rate),
    sort: ({ success_rate }) => success_rate ?? -1,
    wide: true,
  },
  { id: 'domain', header: 'Domain', cell: ({ domain }) => domain, wide: true },
]

/** What outcomes taught; one pattern with the events it rests on. */
export function Patterns() {
  const [search, change] = useUrl()
  const status = search['status']
  const query = useRead('patterns', {}, { every: 15_000 })
  const all = query.data?.data ?? []
  const rows = status === undefined ? all : all.filter((one) => one.status === status)
  const chosen = rows.find(({ id }) => id === search['pattern']) ?? rows[0]
  const statuses = [...new Set(all.map((one) => one.status))].toSorted()
  return (
    <>
      <Panel
        title="Patterns"
        span={7}
        flush
        aside={
          <Choice
            label="Status"
            value={status ?? ''}
            options={[
              ['', `all ${all.length}`],
              ...statuses.map((one) => [one, one.toLowerCase()] as const),
            ]}
            onChange={(value) => change({ status: value, pattern: undefined })}
          />
        }
      >
        <Answered query={query}>
          {() =>
            rows.length === 0 ? (
              <Empty
                title="No pattern yet: outcomes of decisions make them."
                command="npm run demo"
              />
            ) : (
              <Table
                label="List of patterns"
                columns={COLUMNS}
                rows={rows}
                rowKey={({ id }) => id}
                onOpen={({ id }) => change({ pattern: id }, { replace: true })}
                selected={chosen?.id}
                height={listHeight(420)}
              />
            )
          }
        </Answered>
      </Panel>
      <Panel title="Pattern" span={5}>
        {chosen === undefined ? <Empty title="None chosen." /> : <Detail pattern={chosen} />}
      </Panel>
    </>
  )
}

function Detail({ pattern }: { readonly pattern: PatternJson }) {
  const { id, situation, action, mean_return, return_low, return_high, evidence } = pattern
  return (
    <div className="pattern">
      <p>
        <strong>{situation}</strong> → {action}
      </p>
      <p className="faint">{pattern.reason}</p>
      <dl className="figures">
        <Figure name="Mean return" value={percentText(mean_return, 3)} />
        <Figure
          name="Interval"
          value={`${percentText(return_low, 2)} to ${percentText(return_high, 2)}`}
        />
        <Figure name="Evidence value" value={numberText(pattern.evidence_value, 3)} />
        <Figure name="Accesses" value={numberText(pattern.accesses, 0)} />
      </dl>
      <p className="row">
        <span className="faint">Changed</span>{' '}
        <Time micros={pattern.changed_at === 0 ? null : pattern.changed_at} />
        <EvidenceButton key={id} claim={`pattern:${id}`} />
      </p>
      <h3>Evidence ({evidence.length})</h3>
      <p className="evidence">
        {evidence.map((event) => (
          <EventLink key={event} id={event} />
        ))}
      </p>
    </div>
  )
}
