/**
 * Keeps infra/clickhouse up with the schemas. Released migrations stay as they are: what the schemas ask for
 * beyond them becomes a new numbered file. The cluster variant is written from all of them. A test fails
 * while anything is missing or stale.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { clusterStatements } from '../src/cluster-ddl.ts'
import {
  MIGRATIONS_FOLDER,
  readMigrations,
  statementsOf,
  type Migration,
} from '../src/migration-files.ts'
import { missingStatements } from '../src/schema-drift.ts'

export const CLUSTER_FOLDER = join(MIGRATIONS_FOLDER, 'cluster')

export function renderNext(migrations: readonly Migration[]): Migration | undefined {
  const statements = missingStatements(migrations)
  if (statements.length === 0) return undefined
  const number = String(Number(migrations.at(-1)!.name.slice(0, 4)) + 1).padStart(4, '0')
  const head = '-- What the schemas ask for beyond the migrations before this one.\n'
  return { name: `${number}_columns.sql`, text: `${head}\n${joined(statements)}` }
}

export function renderCluster({ name, text }: Migration): Migration {
  const head = `-- Generated from ../${name} by \`npm run generate\`. Do not edit.\n`
  const statements = statementsOf(text).flatMap((statement) => clusterStatements(statement))
  return { name, text: `${head}\n${joined(statements)}` }
}

function joined(statements: readonly string[]): string {
  return statements.map((statement) => `${statement};\n`).join('\n')
}

if (import.meta.main) {
  const next = renderNext(readMigrations())
  if (next !== undefined) writeFileSync(join(MIGRATIONS_FOLDER, next.name), next.text)
  mkdirSync(CLUSTER_FOLDER, { recursive: true })
  for (const { name, text } of readMigrations().map(renderCluster))
    writeFileSync(join(CLUSTER_FOLDER, name), text)
}
