import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { WaggleError } from '@waggle/base'
import type { AnalyticsStore } from './analytics-store.ts'
import { TABLE_KINDS, TABLE_SETTINGS, TABLES } from './table-ddl.ts'

const FOLDER = fileURLToPath(new URL('../../../infra/clickhouse', import.meta.url))

const MIGRATIONS_TABLE = `CREATE TABLE IF NOT EXISTS migrations (name String, checksum String)
ENGINE = ReplacingMergeTree ORDER BY name SETTINGS fsync_after_insert = 1, fsync_part_directory = 1`

/** Applies the numbered files of infra/clickhouse that are new; a changed old one is VIEW_MISCONFIGURED. */
export async function migrate(store: AnalyticsStore): Promise<void> {
  await store.command(MIGRATIONS_TABLE)
  const done = new Map(
    (
      await store.rows<{ name: string; checksum: string }>(
        'SELECT name, checksum FROM migrations FINAL',
      )
    ).map(({ name, checksum }) => [name, checksum]),
  )
  for (const name of readdirSync(FOLDER)
    .filter((file) => /^\d{4}_.*\.sql$/.test(file))
    .sort()) {
    const text = readFileSync(join(FOLDER, name), 'utf8')
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
  await assertSettings(store)
}

/** Statements end with a semicolon at the end of a line. */
export function statementsOf(text: string): string[] {
  const code = text.replaceAll(/^--.*$/gm, '')
  return code
    .split(/;\s*$/m)
    .map((statement) => statement.trim())
    .filter((statement) => statement !== '')
}

/** Tables made elsewhere may lack what exactly-once and durability rest on: better not to start. */
async function assertSettings(store: AnalyticsStore): Promise<void> {
  const engines = new Map(
    (
      await store.rows<{ name: string; engine_full: string }>(
        'SELECT name, engine_full FROM system.tables WHERE database = currentDatabase()',
      )
    ).map(({ name, engine_full }) => [name, engine_full]),
  )
  for (const kind of TABLE_KINDS) {
    const { table } = TABLES[kind]
    const engine = engines.get(table) ?? ''
    const wrong = Object.entries(TABLE_SETTINGS).filter(
      ([name, value]) => !engine.includes(`${name} = ${value}`),
    )
    if (engine.startsWith('ReplacingMergeTree') && wrong.length === 0) continue
    throw new WaggleError(
      'VIEW_MISCONFIGURED',
      `Table ${table} needs ReplacingMergeTree with ${Object.keys(TABLE_SETTINGS).join(', ')}; it is: ${engine || 'missing'}`,
      { input: table },
    )
  }
}
