import type { ProjectionJson } from '@waggle/api'
import { useAct, useAsk } from '../../app/read.ts'
import { useUrl } from '../../app/url.ts'
import { Answered } from '../../ui/answered.tsx'
import { Badge, type Tone } from '../../ui/badge.tsx'
import { Empty } from '../../ui/empty.tsx'
import { groupDigits, numberText } from '../../ui/format.ts'
import { Panel } from '../../ui/panel.tsx'
import { ProblemBox } from '../../ui/problem-box.tsx'
import { Table, type Column } from '../../ui/table.tsx'
import { ConfirmButton } from './confirm-button.tsx'

const TONES: Readonly<Record<ProjectionJson['state'], Tone>> = {
  running: 'good',
  starting: 'info',
  waiting: 'info',
  stalled: 'warn',
  failed: 'bad',
  stopped: 'plain',
}

const COLUMNS: readonly Column<ProjectionJson>[] = [
  { id: 'name', header: 'View', cell: ({ name }) => name, sort: ({ name }) => name },
  {
    id: 'state',
    header: 'State',
    cell: ({ state }) => <Badge tone={TONES[state]}>{state}</Badge>,
    sort: ({ state }) => state,
  },
  {
    id: 'lag',
    header: 'Lag',
    align: 'right',
    cell: ({ lag }) => groupDigits(lag),
    sort: ({ lag }) => Number(lag),
  },
  {
    id: 'rate',
    header: 'Records/s',
    align: 'right',
    cell: ({ rate }) => numberText(rate, 0),
    sort: ({ rate }) => rate,
  },
  {
    id: 'refused',
    header: 'Refused',
    align: 'right',
    cell: ({ refused }) => numberText(refused, 0),
    sort: ({ refused }) => refused,
    wide: true,
  },
  {
    id: 'partitions',
    header: 'Partitions',
    align: 'right',
    cell: ({ partitions }) => partitions,
    wide: true,
  },
  { id: 'reason', header: 'Reason', cell: ({ reason }) => reason ?? '', wide: true, grow: true },
]

const EVERY_MS = 2000

/** Views with position, lag, rate and state; one of them with its fault and its rebuild. */
export function Projections() {
  const [search, change] = useUrl()
  const query = useAsk('projections', {}, { every: EVERY_MS })
  const rows = query.data?.data ?? []
  const chosen = rows.find(({ name }) => name === search['view']) ?? rows[0]
  return (
    <>
      <Panel title="Views" span={8} flush>
        <Answered query={query}>
          {({ data }) =>
            data.length === 0 ? (
              <Empty title="No view runs beside this gateway." command="npm run waggle -- dev" />
            ) : (
              <Table
                label="List of views"
                columns={COLUMNS}
                rows={data}
                rowKey={({ name }) => name}
                onOpen={({ name }) => change({ view: name }, { replace: true })}
                selected={chosen?.name}
              />
            )
          }
        </Answered>
      </Panel>
      <Panel title={chosen?.name ?? 'View'} span={4}>
        {chosen === undefined ? <Empty title="None chosen." /> : <Detail projection={chosen} />}
      </Panel>
    </>
  )
}

function Detail({ projection }: { readonly projection: ProjectionJson }) {
  const { name, state, reason, position, can_rebuild } = projection
  const rebuild = useAct('rebuildProjection')
  const started = rebuild.variables?.name === name ? rebuild.data?.data.started : undefined
  return (
    <div className="projection">
      <p className="row">
        <Badge tone={TONES[state]}>{state}</Badge>
        {reason === null ? <span className="faint">no fault</span> : null}
      </p>
      {reason === null ? null : <p className="problem">{reason}</p>}
      <details>
        <summary>Position</summary>
        <p className="mono positions">{position.replaceAll(',', '\n')}</p>
      </details>
      {can_rebuild ? (
        <ConfirmButton
          key={name}
          text="Rebuild …"
          question={`Drop ${name} and project the log again? Reads of it wait until it has caught up.`}
          confirm={`Rebuild ${name}`}
          busy={rebuild.isPending}
          onConfirm={() => rebuild.mutate({ name })}
        />
      ) : (
        <p className="faint">It is rebuilt where it runs: waggle rebuild.</p>
      )}
      <p role="status">
        {started === undefined
          ? ''
          : started
            ? 'The rebuild has begun.'
            : 'A rebuild is under way.'}
      </p>
      {rebuild.error === null ? null : <ProblemBox error={rebuild.error} />}
    </div>
  )
}
