import { Table, type Column } from '../../ui/table.tsx'
import type { KnownEventJson } from '@waggle/api'
import type { ViewProps } from './view-props.ts'

const COLUMNS: readonly Column<KnownEventJson>[] = [
  {
    id: 'position',
    header: 'Position',
    cell: ({ position }) => <code>{position}</code>,
  },
  {
    id: 'json',
    header: 'Event as JSON',
    cell: ({ event }) => <code>{JSON.stringify(event)}</code>,
    grow: true,
  },
]

/** Events as they are given to programs, where they stand in the log. */
export function RawEvents({ events, selected, onOpen }: ViewProps) {
  return (
    <Table
      label="Events as JSON"
      columns={COLUMNS}
      rows={events}
      rowKey={({ event }) => event.id}
      selected={selected}
      onOpen={({ event }) => onOpen(event.id)}
      height={560}
    />
  )
}
