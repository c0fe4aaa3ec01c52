/** Writes infra/clickhouse/0001_tables.sql from the schemas. A test fails while it is stale. */
import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { createTable, TABLE_KINDS } from '../src/table-ddl.ts'

export const TABLES_FILE = fileURLToPath(
  new URL('../../../infra/clickhouse/0001_tables.sql', import.meta.url),
)

export function renderTables(): string {
  const head = '-- Generated from schemas/ by `npm run generate`. Do not edit.\n'
  return `${head}\n${TABLE_KINDS.map((kind) => `${createTable(kind)};\n`).join('\n')}`
}

if (import.meta.main) writeFileSync(TABLES_FILE, renderTables())
