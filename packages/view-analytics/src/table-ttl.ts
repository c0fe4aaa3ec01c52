import { WaggleError } from '@waggle/base'
import type { AnalyticsStore } from './analytics-store.ts'
import { TABLE_KINDS, TABLES } from './table-ddl.ts'

/** Days that rows stay after the log took them, by table; tables without an entry keep theirs for good. */
export type TtlDays = Readonly<Record<string, number>>

const DEAD_LETTERS = 'dead_letters'
/** A DateTime ends in 2106; a sum beyond it would be in the past, and rows would go at once. */
const DAYS_MAX = 20_000

/**
 * ALTERs that make tables expire, or expire no more. Rows go in the order of the log, so what is left still
 * tells how far a table has come. A rebuild brings expired rows back, and they expire again.
 * Errors: CONFIG_INVALID for an unknown table or a number of days that is none, or above 20,000.
 */
export function ttlStatements(ttlDays: TtlDays): string[] {
  const tables: string[] = [...TABLE_KINDS.map((kind) => TABLES[kind].table), DEAD_LETTERS]
  return Object.entries(ttlDays).map(([table, days]) => {
    if (!tables.includes(table) || !Number.isSafeInteger(days) || days < 0 || days > DAYS_MAX) {
      throw new WaggleError('CONFIG_INVALID', `No TTL of ${days} days for a table ${table}`, {
        field: 'ttlDays',
        input: table,
      })
    }
    return days === 0
      ? `ALTER TABLE ${table} REMOVE TTL`
      : `ALTER TABLE ${table} MODIFY TTL toDateTime(_appended_at) + toIntervalDay(${days})`
  })
}

/** Sets the TTLs that are asked for and not set; 0 days takes one away. */
export async function applyTtls(store: AnalyticsStore, ttlDays: TtlDays): Promise<void> {
  const rows = await store.rows<{ name: string; create_table_query: string }>(
    'SELECT name, create_table_query FROM system.tables WHERE database = currentDatabase()',
  )
  const queries = new Map(rows.map((row) => [row.name, row.create_table_query]))
  for (const statement of ttlStatements(ttlDays)) {
    const [, table = '', change = ''] = /^ALTER TABLE (\w+) (.*)$/.exec(statement) ?? []
    const query = queries.get(`${table}_local`) ?? queries.get(table) ?? ''
    const done = change.startsWith('REMOVE')
      ? !/ TTL /.test(query)
      : query.includes(change.replace('MODIFY ', ''))
    if (!done) await store.command(statement)
  }
}
