import { assertReadable, assertReadOnly } from './read-only.ts'
import { sealStatement } from './sql-text.ts'

export type Params = Readonly<Record<string, unknown>>

/** What bounds an analyst's query in an engine that has no profile of their own for them. */
export const ANALYST_LIMITS = { max_execution_time: 30 } as const
const ROWS_MAX = 1_000_000

/**
 * Runs an analyst's SELECT after the engine's syntax tree has shown that it only reads tables of `database`.
 * At most a million rows. Errors: INPUT_INVALID, and those of `rows`.
 */
export async function analystSelect<T>(
  sql: string,
  database: string,
  rows: <Row>(sql: string) => Promise<Row[]>,
): Promise<T[]> {
  assertReadable(sql)
  const sealed = sealStatement(sql)
  // The engine gives lines or rows, depending on the statement.
  const tree = await rows<string | { explain: string }>(`EXPLAIN AST ${sealed}`)
  assertReadOnly(
    tree.map((line) => (typeof line === 'string' ? line : line.explain)),
    { shows: false, database, partial: false },
  )
  return rows<T>(`SELECT * FROM (\n${sealed}\n) LIMIT ${ROWS_MAX}`)
}
