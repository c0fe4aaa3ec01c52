import { assertReadable, assertReadOnly } from './read-only.ts'
import { sealStatement } from './sql-text.ts'

export type Params = Readonly<Record<string, unknown>>

/** What bounds an analyst's query in an engine that has no profile of their own for them. */
export const ANALYST_LIMITS = { max_execution_time: 30 } as const
const ROWS_MAX = 1_000_000

export interface QueryRunner {
  rows<T>(sql: string): Promise<T[]>
  /** A result in text, line by line. */
  lines(sql: string): Promise<string[]>
}

/**
 * Runs an analyst's SELECT after the engine's syntax tree has shown that it only reads tables of `database`.
 * At most a million rows. Errors: INPUT_INVALID, and those of `rows`.
 */
export async function analystSelect<T>(
  sql: string,
  database: string,
  { rows, lines }: QueryRunner,
): Promise<T[]> {
  assertReadable(sql)
  const sealed = sealStatement(sql)
  assertReadOnly(await lines(`EXPLAIN AST ${sealed}`), { shows: false, database, partial: false })
  return rows<T>(`SELECT * FROM (\n${sealed}\n) LIMIT ${ROWS_MAX}`)
}
