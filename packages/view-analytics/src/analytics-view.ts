import { createHash } from 'node:crypto'
import type { AnalyticsStore } from './analytics-store.ts'
import { digestTables } from './digest-tables.ts'
import { TABLE_KINDS, TABLES } from './table-ddl.ts'

/** What analysts may ask; nothing here can change a row. */
export interface AnalyticsView {
  /** One SELECT; `params` fill `{name:Type}`; 64-bit integers and decimals come as text. */
  query<T>(sql: string, params?: Readonly<Record<string, unknown>>): Promise<T[]>
  /** Rows by table, duplicates hidden. */
  counts(): Promise<Record<string, number>>
  /** SHA-256 of all events; equal for two stores fed from logs that hold the same events, appended whenever. */
  digest(): Promise<string>
}

export function createAnalyticsView(store: AnalyticsStore): AnalyticsView {
  return {
    query: (sql, params) => store.readOnly(sql, params),
    counts: async () => {
      const selects = TABLE_KINDS.map((kind) => {
        const { table } = TABLES[kind]
        return `SELECT '${table}' AS name, count() AS rows FROM ${table} FINAL`
      })
      const rows = await store.rows<{ name: string; rows: string }>(selects.join(' UNION ALL '))
      return Object.fromEntries(rows.map(({ name, rows: count }) => [name, Number(count)]))
    },
    digest: async () => {
      const tables = await digestTables(store, ['_appended_at'])
      return createHash('sha256').update(tables).digest('hex')
    },
  }
}
