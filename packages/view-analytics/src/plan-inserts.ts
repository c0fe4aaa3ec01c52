import type { AdmittedRecord } from '@waggle/consume'
import type { TopicPartition } from '@waggle/event'
import { spliceRows } from './splice-rows.ts'
import { columnsOf, TABLES, type TableKind } from './table-ddl.ts'

export interface PlannedInsert {
  readonly kind: TableKind
  readonly table: string
  readonly events: readonly AdmittedRecord[]
}

/**
 * Cuts a batch into inserts that each make one part: by table, by writer schema and at the months of the
 * log's append time. The inserts of a table are in the order of offsets, so that the largest offset in the
 * table says which rows it has.
 */
export function planInserts(events: readonly AdmittedRecord[]): PlannedInsert[] {
  const plans: { kind: TableKind; table: string; events: AdmittedRecord[] }[] = []
  const openByTable = new Map<string, { part: string; events: AdmittedRecord[] }>()
  for (const event of events) {
    const { kind } = event.writer
    if (kind === 'tick') continue
    const { table } = TABLES[kind]
    const part = `${event.writer.id} ${monthOf(event.record.appendedAt)}`
    let open = openByTable.get(table)
    if (open === undefined || open.part !== part) {
      open = { part, events: [] }
      openByTable.set(table, open)
      plans.push({ kind, table, events: open.events })
    }
    open.events.push(event)
  }
  return plans
}

export function insertOf(
  { kind, table, events }: PlannedInsert,
  at: TopicPartition,
): {
  table: string
  columns: string[]
  container: Buffer
  token: string
} {
  const first = events[0]!.record.offset
  const last = events.at(-1)!.record.offset
  const written = new Set(events[0]!.writer.schema.fields.map(({ name }) => name))
  return {
    table,
    columns: columnsOf(kind).filter((column) => column.startsWith('_') || written.has(column)),
    container: spliceRows(events),
    token: `${table}-${at.topic}-${at.partition}-${first}-${last}-${events.length}`,
  }
}

function monthOf(appendedAt: number): string {
  return new Date(appendedAt / 1000).toISOString().slice(0, 7)
}
