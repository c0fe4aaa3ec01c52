import { useMemo } from 'react'
import { eventSummary } from '../../parts/event-summary.ts'
import { Badge } from '../../ui/badge.tsx'
import { Table, type Column } from '../../ui/table.tsx'
import { Time } from '../../ui/time.tsx'
import { treeOf, type Node } from './tree-of.ts'
import type { ViewProps } from './view-props.ts'

const DEPTH_MAX = 12

const COLUMNS: readonly Column<Node>[] = [
  {
    id: 'kind',
    header: 'Kind',
    cell: ({ known, depth }) => (
      <span style={{ paddingLeft: Math.min(depth, DEPTH_MAX) * 14 }}>
        {depth > 0 ? <span className="faint">└ </span> : null}
        {known.event.kind}
      </span>
    ),
  },
  {
    id: 'time',
    header: 'Known (UTC)',
    cell: ({ known }) => (
      <>
        <Time micros={known.known_from} /> {known.late ? <Badge tone="warn">late</Badge> : null}
      </>
    ),
    wide: true,
  },
  { id: 'agent', header: 'Agent', cell: ({ known }) => known.event.agent, wide: true },
  { id: 'says', header: 'Says', cell: ({ known }) => eventSummary(known.event), grow: true },
]

/** Each event behind its cause. */
export function EventTree({ events, selected, onOpen }: ViewProps) {
  const nodes = useMemo(() => treeOf(events), [events])
  return (
    <Table
      label="Events as a tree of causes"
      columns={COLUMNS}
      rows={nodes}
      rowKey={({ known }) => known.event.id}
      selected={selected}
      onOpen={({ known }) => onOpen(known.event.id)}
      height={560}
    />
  )
}
