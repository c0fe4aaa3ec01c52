import { WaggleError } from '@waggle/base'
import type { AnalyticsStore } from './analytics-store.ts'
import type { CheckpointTable } from './checkpoint-table.ts'
import { forgetMigrations, migrate, type MigrateOptions } from './migrate.ts'
import { TABLE_KINDS, TABLES } from './table-ddl.ts'

/** What the rows mean. 2: where an older writer had no field, the default of the schema, not of the column. */
export const ANALYTICS_VERSION = 2

export interface AnalyticsOptions extends MigrateOptions {
  /** Of the rows; this program's if left out. */
  readonly version?: number
}

/**
 * Makes what is missing, and everything anew where another version of the view made the rows; the largest offset
 * inserted by 'table partition'. VIEW_MISCONFIGURED where others may be writing such rows.
 */
export async function openTables(
  store: AnalyticsStore,
  checkpoints: CheckpointTable,
  { version = ANALYTICS_VERSION, ...options }: AnalyticsOptions,
): Promise<Map<string, bigint>> {
  const open = async (): Promise<Map<string, bigint>> => {
    await migrate(store, options)
    await checkpoints.create()
    return readMarks(store)
  }
  const marks = await open()
  const found = await checkpoints.version()
  if (found === version) return marks
  if (marks.size === 0) {
    await checkpoints.setVersion(version)
    return marks
  }
  if (store.owned !== true) throw otherVersion(found, version)
  await dropTables(store, checkpoints)
  const empty = await open()
  await checkpoints.setVersion(version)
  return empty
}

export async function dropTables(
  store: AnalyticsStore,
  checkpoints: CheckpointTable,
): Promise<void> {
  // Positions go first: a crash in between leaves rows whose marks are read again, never a position
  // without its rows.
  await checkpoints.drop()
  await forgetMigrations(store)
  // Dropped, not truncated: a truncated table still remembers the tokens of its old rows.
  for (const kind of TABLE_KINDS)
    await store.command(`DROP TABLE IF EXISTS ${TABLES[kind].table} SYNC`)
}

/** Tables that several processes may write cannot be dropped by one of them while the others go on. */
function otherVersion(found: number, wanted: number): WaggleError {
  const what = `The rows are of version ${found} of the view, this program writes version ${wanted}`
  return new WaggleError(
    'VIEW_MISCONFIGURED',
    `${what}: stop every analytics service, drop the tables, start again`,
  )
}

/** 'table partition' -> largest offset inserted. */
export async function readMarks(store: AnalyticsStore): Promise<Map<string, bigint>> {
  const selects = TABLE_KINDS.map((kind) => {
    const { table } = TABLES[kind]
    return `SELECT '${table}' AS name, _partition AS partition, max(_offset) AS last FROM ${table} GROUP BY _partition`
  })
  const rows = await store.rows<{ name: string; partition: number; last: string }>(
    selects.join(' UNION ALL '),
  )
  return new Map(rows.map(({ name, partition, last }) => [`${name} ${partition}`, BigInt(last)]))
}
