import type { AdmittedRecord } from '@waggle/consume'
import type { TopicPartition } from '@waggle/event'
import { spliceRows } from './splice-rows.ts'
import { columnsOf, TABLES, type TableKind } from './table-ddl.ts'

/** The engine takes several times this much memory for an insert. */
const INSERT_BYTES_MAX = 64 * 1024 * 1024

export interface PlannedInsert {
  readonly kind: TableKind
  readonly table: string
  readonly events: readonly AdmittedRecord[]
}

/**
 * Cuts a batch into inserts that each make one part: by table, by writer schema, at the months of the log's
 * append time, and where they grow too large for the engine's memory. The inserts of a table are in the order of offsets, so that the largest offset in the
 * table says which rows it has.
 */
export function planInserts(events: readonly AdmittedRecord[]): PlannedInsert[] {
  const plans: OpenPlan[] = []
  const openByTable = new Map<string, OpenPlan>()
  for (const event of events) {
    const { writer, record } = event
    if (writer.kind === 'tick') continue
    const { table } = TABLES[writer.kind]
    let open = openByTable.get(table)
    if (open === undefined || !fits(open, event)) {
      const month = monthOf(record.appendedAt)
      open = { kind: writer.kind, table, events: [], month, bytes: 0 }
      openByTable.set(table, open)
      plans.push(open)
    }
    open.events.push(event)
    open.bytes += record.value.length
  }
  return plans
}

interface OpenPlan extends PlannedInsert {
  readonly events: AdmittedRecord[]
  readonly month: Month
  bytes: number
}

function fits({ events, month, bytes }: OpenPlan, { writer, record }: AdmittedRecord): boolean {
  const { appendedAt, value } = record
  if (bytes + value.length > INSERT_BYTES_MAX) return false
  return events[0]!.writer === writer && appendedAt >= month.from && appendedAt < month.to
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
  return {
    table,
    columns: columnsOf(kind).map(({ name }) => name),
    container: spliceRows(events),
    token: `${table}-${at.topic}-${at.partition}-${first}-${last}-${events.length}`,
  }
}

/** Half-open, in microseconds. */
interface Month {
  readonly from: number
  readonly to: number
}

function monthOf(appendedAt: number): Month {
  const date = new Date(appendedAt / 1000)
  const [year, month] = [date.getUTCFullYear(), date.getUTCMonth()]
  return { from: Date.UTC(year, month) * 1000, to: Date.UTC(year, month + 1) * 1000 }
}
