import type { ViewRow } from '@waggle/consume'
import type { AnalyticsStore } from './analytics-store.ts'
import { columnsOf, TABLE_KINDS, TABLES, type TableKind } from './table-ddl.ts'

/**
 * Count and hash of every table and partition of the log, duplicates hidden: equal for two stores that hold the same
 * rows of the same log, whatever their parts and the order of their columns.
 */
export async function partitionHashes(
  store: AnalyticsStore,
  /** Rows of a kind's table to look at; all of them if left out. */
  where: (kind: TableKind) => string = () => '1',
): Promise<ViewRow[]> {
  const rows: ViewRow[] = []
  for (const kind of TABLE_KINDS) {
    const { table } = TABLES[kind]
    const columns = columnsOf(kind).map(({ name }) => name)
    const found = await store.rows<{ partition: number; n: string; hash: string }>(
      `SELECT _partition AS partition, count() AS n, sum(cityHash64(toString(tuple(${columns.join(', ')})))) AS hash
       FROM ${table} FINAL WHERE ${where(kind)} GROUP BY _partition`,
    )
    for (const { partition, n, hash } of found)
      rows.push({ key: `${table}/${partition}`, value: `${n} rows, ${hash}` })
  }
  return rows
}
