import { diffRows, type RowDifference } from '@waggle/consume'
import type { Position } from '@waggle/event'
import type { AnalyticsStore } from '../analytics-store.ts'
import { partitionHashes } from '../partition-hashes.ts'
import { columnsOf, TABLE_KINDS, TABLES, type TableKind } from '../table-ddl.ts'
import { rowsBefore } from './table-positions.ts'

export interface Compared {
  readonly store: AnalyticsStore
  readonly database: string
}

/** Differences in one answer. */
const PAGE = 1000
/** Characters of a row that are shown. */
const SHOWN = 1000

/**
 * Row by row, as far as both are to have come: what the live tables take meanwhile is left out. Partitions of the log
 * whose counts and hashes are equal are not looked into. Keys are table/partition@offset.
 */
export async function* diffTables(
  live: Compared,
  shadow: Compared,
  ends: readonly Position[],
): AsyncGenerator<RowDifference> {
  const before = (kind: TableKind): string => rowsBefore(kind, ends)
  const hashes = [
    await partitionHashes(live.store, before),
    await partitionHashes(shadow.store, before),
  ]
  const differing = [...diffRows(hashes[0]!, hashes[1]!)].map(({ key }) => key)
  for (const kind of TABLE_KINDS)
    for (const key of differing.filter((one) => one.startsWith(`${TABLES[kind].table}/`)).sort())
      yield* diffPartition(live, shadow, kind, { key, where: before(kind) })
}

async function* diffPartition(
  live: Compared,
  shadow: Compared,
  kind: TableKind,
  { key, where }: { readonly key: string; readonly where: string },
): AsyncGenerator<RowDifference> {
  const { table } = TABLES[kind]
  const partition = Number(key.slice(table.length + 1))
  const columns = columnsOf(kind).map(({ name }) => name)
  const rowsOf = (database: string, side: string): string =>
    `SELECT _offset, toString(tuple(${columns.join(', ')})) AS text, '${side}' AS side
     FROM ${database}.${table} FINAL WHERE _partition = ${partition} AND ${where}`
  for (let last = -1n; ;) {
    const rows = await live.store.rows<Row>(
      `SELECT toString(_offset) AS at, countIf(side = 'live') AS in_live, countIf(side = 'shadow') AS in_shadow,
         ${shown('live')} AS live_text,
         ${shown('shadow')} AS shadow_text
       FROM (${rowsOf(live.database, 'live')} UNION ALL ${rowsOf(shadow.database, 'shadow')})
       WHERE toInt128(_offset) > ${last}
       GROUP BY _offset HAVING in_live = 0 OR in_shadow = 0 OR uniqExact(text) > 1
       ORDER BY _offset LIMIT ${PAGE}`,
    )
    for (const row of rows) yield differenceOf(`${key}@${row.at}`, row)
    if (rows.length < PAGE) return
    last = BigInt(rows.at(-1)!.at)
  }
}

/** All rows of a side at a place; the tables may hold several. */
function shown(side: string): string {
  return `substring(arrayStringConcat(arraySort(groupArrayIf(text, side = '${side}')), ' '), 1, ${SHOWN})`
}

interface Row {
  readonly at: string
  readonly in_live: string
  readonly in_shadow: string
  readonly live_text: string
  readonly shadow_text: string
}

function differenceOf(key: string, row: Row): RowDifference {
  const { live_text: live, shadow_text: shadow } = row
  if (row.in_live === '0') return { is: 'added', key, shadow }
  if (row.in_shadow === '0') return { is: 'removed', key, live }
  return { is: 'changed', key, live, shadow }
}
