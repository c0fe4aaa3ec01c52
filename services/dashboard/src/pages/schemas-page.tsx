import type { SubjectJson } from '@waggle/api'
import { useAsk } from '../app/read.ts'
import { useUrl } from '../app/url.ts'
import { Answered } from '../ui/answered.tsx'
import { Empty } from '../ui/empty.tsx'
import { listHeight } from '../ui/list-height.ts'
import { Page } from '../ui/page.tsx'
import { Panel, Panels } from '../ui/panel.tsx'
import { Table, type Column } from '../ui/table.tsx'
import { SubjectDetail } from './schemas/subject-detail.tsx'
import './schemas/schemas.css'

const COLUMNS: readonly Column<SubjectJson>[] = [
  {
    id: 'subject',
    header: 'Subject',
    cell: ({ subject }) => subject,
    grow: true,
    sort: ({ subject }) => subject,
  },
  {
    id: 'versions',
    header: 'Versions',
    align: 'right',
    cell: ({ versions }) => versions.length,
    sort: ({ versions }) => versions.length,
  },
]

/** What may be said: every subject with its versions, and what changed between two of them. */
export function SchemasPage() {
  const [search, change] = useUrl()
  const query = useAsk('schemas', {})
  const find = search['find']?.toLowerCase() ?? ''
  const all = query.data?.data ?? []
  const rows = all.filter(({ subject }) => subject.toLowerCase().includes(find))
  const chosen = rows.find(({ subject }) => subject === search['subject']) ?? rows[0]
  const open = (subject: string) =>
    change({ subject, old: undefined, new: undefined }, { replace: true })
  return (
    <Page title="Schemas">
      <Panels>
        <Panel
          title="Subjects"
          span={5}
          flush
          aside={
            <label className="choice">
              <span>Find</span>
              <input
                type="search"
                defaultValue={search['find']}
                onChange={(event) => change({ find: event.target.value }, { replace: true })}
              />
            </label>
          }
        >
          <Answered query={query}>
            {() =>
              rows.length === 0 ? (
                <Empty title="No subject here." command="npm run waggle -- schemas register" />
              ) : (
                <Table
                  label="List of subjects"
                  columns={COLUMNS}
                  rows={rows}
                  rowKey={({ subject }) => subject}
                  onOpen={({ subject }) => open(subject)}
                  selected={chosen?.subject}
                  height={listHeight(640)}
                />
              )
            }
          </Answered>
        </Panel>
        <Panel title={chosen?.subject ?? 'Subject'} span={7}>
          {chosen === undefined ? (
            <Empty title="None chosen." />
          ) : (
            <SubjectDetail subject={chosen} />
          )}
        </Panel>
      </Panels>
    </Page>
  )
}
