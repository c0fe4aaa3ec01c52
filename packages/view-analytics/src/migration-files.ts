import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const MIGRATIONS_FOLDER = fileURLToPath(
  new URL('../../../infra/clickhouse', import.meta.url),
)

export interface Migration {
  readonly name: string
  readonly text: string
}

/** The numbered files of infra/clickhouse in their order. A released one never changes. */
export function readMigrations(folder = MIGRATIONS_FOLDER): Migration[] {
  return readdirSync(folder)
    .filter((name) => /^\d{4}_.*\.sql$/.test(name))
    .sort()
    .map((name) => ({ name, text: readFileSync(join(folder, name), 'utf8') }))
}

/** Statements end with a semicolon at the end of a line. */
export function statementsOf(text: string): string[] {
  const code = text.replaceAll(/^--.*$/gm, '')
  return code
    .split(/;\s*$/m)
    .map((statement) => statement.trim())
    .filter((statement) => statement !== '')
}
