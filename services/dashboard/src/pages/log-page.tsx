import { useQuery } from '@tanstack/react-query'
import { useRef } from 'react'
import { useKeys } from '../app/keys.ts'
import { useScope } from '../app/scope.ts'
import { useUrl } from '../app/url.ts'
import { Answered } from '../ui/answered.tsx'
import { Empty } from '../ui/empty.tsx'
import { listHeight } from '../ui/list-height.ts'
import { Page } from '../ui/page.tsx'
import { Panel, Panels } from '../ui/panel.tsx'
import { Table } from '../ui/table.tsx'
import { FilterBar } from './log/filter-bar.tsx'
import './log/log.css'
import { LOG_COLUMNS } from './log/log-columns.tsx'
import { placeOf } from './log/log-place.ts'
import { PageSteps } from './log/page-steps.tsx'
import { readLogPage, type LogView } from './log/read-log-page.ts'
import { RecordDetail } from './log/record-detail.tsx'

/** The log as it stands, record by record, also those that could not be read. */
export function LogPage() {
  const [search, change] = useUrl()
  const { swarm, run, asOf, ready } = useScope()
  const filterField = useRef<HTMLInputElement>(null)
  const detail = useRef<HTMLDivElement>(null)
  const { at, as_of: _, ...asked } = search
  const { from, direction } = placeOf(search)
  const isNewest = from === undefined && direction === 'older' && search['filter'] === undefined
  const query = useQuery({
    queryKey: ['log page', swarm, run, asked],
    queryFn: ({ signal }) => readLogPage({ swarm, run }, search, signal),
    enabled: ready,
    refetchInterval: isNewest ? 5000 : false,
    retry: false,
  })
  const records = query.data?.records ?? []
  const chosen = records.find(({ position }) => position === at) ?? records[0]
  const open = (position: string | undefined) => change({ at: position }, { replace: true })
  const step = (by: number) => () => {
    const index = records.findIndex(({ position }) => position === chosen?.position)
    open(records[index + by]?.position ?? chosen?.position)
  }
  useKeys([
    { keys: '/', text: 'To the filter', run: () => filterField.current?.focus() },
    { keys: 'j', text: 'Next record', run: step(1) },
    { keys: 'k', text: 'Record before', run: step(-1) },
    { keys: 'Enter', text: 'Open the record', run: () => detail.current?.focus() },
  ])
  return (
    <Page title="Log">
      <FilterBar field={filterField} />
      {asOf === undefined ? null : (
        <p className="faint">
          The log is shown as it stands, not as of the time above: nothing in it changes.
        </p>
      )}
      <Panels>
        <Panel
          title="Records"
          span={8}
          flush
          aside={query.data === undefined ? null : <PageSteps view={query.data} />}
        >
          <Answered query={query}>
            {(view) => <Records view={view} chosen={chosen?.position} onOpen={open} />}
          </Answered>
        </Panel>
        <Panel title="Record" span={4}>
          <div ref={detail} tabIndex={-1} className="record">
            {chosen === undefined ? (
              <Empty title="None chosen." />
            ) : (
              <RecordDetail record={chosen} />
            )}
          </div>
        </Panel>
      </Panels>
    </Page>
  )
}

interface RecordsProps {
  readonly view: LogView
  readonly chosen: string | undefined
  readonly onOpen: (position: string) => void
}

function Records({ view, chosen, onOpen }: RecordsProps) {
  return (
    <>
      <Looked view={view} />
      {view.records.length === 0 ? (
        <Empty title="No record matches here." command="npm run demo">
          Look further with the buttons above, or take out a filter.
        </Empty>
      ) : (
        <Table
          label="List of records"
          columns={LOG_COLUMNS}
          rows={view.records}
          rowKey={({ position }) => position}
          onOpen={({ position }) => onOpen(position)}
          selected={chosen}
          height={listHeight(640)}
        />
      )}
    </>
  )
}

function Looked({ view }: { readonly view: LogView }) {
  const [search] = useUrl()
  if (search['filter'] === undefined) return null
  const { records, looked, failed, firstFailure } = view
  return (
    <p className="looked" role="status">
      {records.length} of {looked} records match.
      {failed === 0 ? '' : ` The filter failed on ${failed}, first with ${firstFailure}.`}
    </p>
  )
}
