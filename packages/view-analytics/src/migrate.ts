import { createHash } from 'node:crypto'
import { WaggleError } from '@waggle/base'
import type { AnalyticsStore } from './analytics-store.ts'
import { clusterEngine } from './cluster-ddl.ts'
import { readMigrations, statementsOf } from './migration-files.ts'
import { applyTtls, type TtlDays } from './table-ttl.ts'
import {
  columnsOf,
  engineOf,
  TABLE_KINDS,
  TABLE_SETTINGS,
  TABLES,
  type TableKind,
} from './table-ddl.ts'

const MIGRATIONS_TABLE = `CREATE TABLE IF NOT EXISTS migrations (name String, checksum String)
ENGINE = ReplacingMergeTree ORDER BY name SETTINGS fsync_after_insert = 1, fsync_part_directory = 1`

export interface MigrateOptions {
  /** Days that rows stay, by table. */
  readonly ttlDays?: TtlDays
}

/** Applies the numbered files of infra/clickhouse that are new; a changed old one is VIEW_MISCONFIGURED. */
export async function migrate(
  store: AnalyticsStore,
  { ttlDays = {} }: MigrateOptions = {},
): Promise<void> {
  await store.command(MIGRATIONS_TABLE)
  const done = new Map(
    (
      await store.rows<{ name: string; checksum: string }>(
        'SELECT name, checksum FROM migrations FINAL',
      )
    ).map(({ name, checksum }) => [name, checksum]),
  )
  for (const { name, text } of readMigrations()) {
    const checksum = createHash('sha256').update(text).digest('hex')
    const applied = done.get(name)
    if (applied === checksum) continue
    if (applied !== undefined) {
      throw new WaggleError(
        'VIEW_MISCONFIGURED',
        `Migration ${name} has changed since it was applied`,
        { input: name },
      )
    }
    for (const statement of statementsOf(text)) await store.command(statement)
    await store.command(`INSERT INTO migrations VALUES ('${name}', '${checksum}')`)
  }
  await applyTtls(store, ttlDays)
  await assertTables(store)
}

/** The next `migrate` applies every file again; for a rebuild that drops the tables. */
export async function forgetMigrations(store: AnalyticsStore): Promise<void> {
  await store.command('DROP TABLE IF EXISTS migrations SYNC')
}

/**
 * Tables made or changed elsewhere may lack what exactly-once and durability rest on, or refuse every row for
 * the type of a column: better not to start.
 */
async function assertTables(store: AnalyticsStore): Promise<void> {
  const tables = await store.rows<{ name: string; engine_full: string }>(
    'SELECT name, engine_full FROM system.tables WHERE database = currentDatabase()',
  )
  const columns = await store.rows<{ table: string; name: string; type: string }>(
    'SELECT table, name, type FROM system.columns WHERE database = currentDatabase()',
  )
  const { clustered = false } = store
  const engines = new Map(tables.map(({ name, engine_full }) => [name, engine_full]))
  const types = new Map(columns.map(({ table, name, type }) => [`${table}.${name}`, type]))
  for (const kind of TABLE_KINDS) {
    const { table } = TABLES[kind]
    assertEngine(kind, engines.get(clustered ? `${table}_local` : table) ?? '', clustered)
    for (const { name, type } of columnsOf(kind)) {
      const found = types.get(`${table}.${name}`) ?? 'missing'
      if (found !== type) throw misconfigured(table, `column ${name} needs ${type}`, found)
    }
  }
}

function assertEngine(kind: TableKind, found: string, clustered: boolean): void {
  const { table } = TABLES[kind]
  const clauses = [
    engineOf(kind).join(' '),
    ...Object.entries(TABLE_SETTINGS).map(([name, value]) => `${name} = ${value}`),
  ]
  const wanted = clustered ? clauses.map((clause) => clusterEngine(table, clause)) : clauses
  const missing = wanted.filter((clause) => !found.includes(clause))
  if (missing.length === 0) return
  throw misconfigured(table, missing.join(', '), found || 'missing')
}

function misconfigured(table: string, needs: string, found: string): WaggleError {
  const what = `Table ${table} needs ${needs}; it is: ${found}`
  return new WaggleError('VIEW_MISCONFIGURED', what, { input: table })
}
