import { useMemo } from 'react'
import { Empty } from '../../ui/empty.tsx'
import { groupDigits } from '../../ui/format.ts'
import { PageLink } from '../../ui/page-link.tsx'
import { Table, type Column } from '../../ui/table.tsx'

interface Lag {
  readonly view: string
  readonly records: string
}

const COLUMNS: readonly Column<Lag>[] = [
  {
    id: 'view',
    header: 'View',
    cell: ({ view }) => <PageLink page="/projections">{view}</PageLink>,
    sort: ({ view }) => view,
  },
  {
    id: 'records',
    header: 'Records behind',
    cell: ({ records }) => groupDigits(records),
    sort: ({ records }) => Number(records),
    align: 'right',
  },
]

export function LagTable({ lag }: { readonly lag: Readonly<Record<string, string>> }) {
  const rows = useMemo(
    () => Object.entries(lag).map(([view, records]) => ({ view, records })),
    [lag],
  )
  if (rows.length === 0) return <Empty title="No view has said how far it is yet" />
  return (
    <Table
      label="Views and how far each is behind"
      columns={COLUMNS}
      rows={rows}
      rowKey={({ view }) => view}
    />
  )
}
