import type { ProposalJson } from '@waggle/api'
import { useKeys } from '../../app/keys.ts'
import { useRead } from '../../app/read.ts'
import { useUrl } from '../../app/url.ts'
import { Answered } from '../../ui/answered.tsx'
import { Empty } from '../../ui/empty.tsx'
import { listHeight } from '../../ui/list-height.ts'
import { Panel } from '../../ui/panel.tsx'
import { Table, type Column } from '../../ui/table.tsx'
import { Time } from '../../ui/time.tsx'
import { ProposalDetail } from './proposal-detail.tsx'
import { StatusBadge } from './status-badge.tsx'

const COLUMNS: readonly Column<ProposalJson>[] = [
  {
    id: 'question',
    header: 'Question',
    cell: ({ question }) => question,
    sort: byQuestion,
    grow: true,
  },
  {
    id: 'status',
    header: 'Status',
    width: '90px',
    cell: ({ status }) => <StatusBadge status={status} />,
    sort: ({ status }) => status,
  },
  {
    id: 'deadline',
    header: 'Deadline',
    width: '150px',
    cell: ({ deadline_at }) => <Time micros={deadline_at} />,
    sort: ({ deadline_at }) => deadline_at,
    wide: true,
  },
]

/** Open and decided proposals; one of them in full. */
export function Proposals() {
  const [search, change] = useUrl()
  const status = STATUSES.find((one) => one === search['show']) ?? 'all'
  const query = useRead('proposals', { status, limit: 500 })
  const rows = query.data?.data ?? []
  const chosen = search['proposal'] ?? rows[0]?.proposal
  const open = (proposal: string | undefined) => change({ proposal }, { replace: true })
  const step = (by: number) => () =>
    open(rows[rows.findIndex(({ proposal }) => proposal === chosen) + by]?.proposal ?? chosen)
  useKeys([
    { keys: 'j', text: 'Next proposal', run: step(1) },
    { keys: 'k', text: 'Proposal before', run: step(-1) },
  ])
  return (
    <>
      <Panel title="Proposals" aside={`${rows.length}`} span={6} flush>
        <Answered query={query}>
          {({ data }) =>
            data.length === 0 ? (
              <Empty title="No proposals here." command="npm run demo">
                Agents propose with <code>agent.propose(…)</code>; a run is chosen above.
              </Empty>
            ) : (
              <Table
                label="List of proposals"
                columns={COLUMNS}
                rows={data}
                rowKey={({ proposal }) => proposal}
                onOpen={({ proposal }) => open(proposal)}
                selected={chosen}
                height={listHeight(520)}
              />
            )
          }
        </Answered>
      </Panel>
      <Panel title="Proposal" span={6}>
        {chosen === undefined ? <Empty title="None chosen." /> : <ProposalDetail name={chosen} />}
      </Panel>
    </>
  )
}

const STATUSES = ['open', 'decided', 'all'] as const

function byQuestion({ question }: ProposalJson): string {
  return question
}
