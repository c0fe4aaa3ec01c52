import type { AnalyticsStore } from './analytics-store.ts'
import { TABLE_KINDS, TABLES } from './table-ddl.ts'

/** Count and order-independent hash of every table, duplicates hidden, some columns left out. */
export async function digestTables(
  store: AnalyticsStore,
  without: readonly string[] = [],
): Promise<string> {
  const columns = without.length === 0 ? '*' : `* EXCEPT (${without.join(', ')})`
  const parts: string[] = []
  for (const kind of TABLE_KINDS) {
    const { table } = TABLES[kind]
    const [row] = await store.rows<{ rows: string; hash: string }>(
      `SELECT count() AS rows, sum(cityHash64(toString(tuple(${columns})))) AS hash FROM ${table} FINAL`,
    )
    parts.push(`${table} ${row?.rows} ${row?.hash}`)
  }
  return parts.join('\n')
}
