import { mkdirSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { createClient, type ClickHouseClient } from '@clickhouse/client'
import { messageOf, WaggleError } from '@waggle/base'
import type { AnalyticsStore, AvroInsert } from '../analytics-store.ts'
import { assertReadOnly, singleStatement } from '../read-only.ts'

/** One block, one part: an insert takes effect whole or not at all. */
const INSERT_SETTINGS = [
  'async_insert = 0',
  'insert_deduplicate = 1',
  'max_threads = 1',
  'max_insert_threads = 1',
  'max_block_size = 1000000',
  'max_insert_block_size = 1000000',
  'min_insert_block_size_rows = 1000000',
  'min_insert_block_size_bytes = 0',
  'input_format_avro_allow_missing_fields = 1',
  'input_format_null_as_default = 1',
].join(', ')

const ANALYST_ROWS_MAX = 1_000_000
const ANALYST_SECONDS_MAX = 30

/**
 * ClickHouse in this process (chdb). One process owns a path. Its connection turns binary bodies into text,
 * so containers go over a spool file; and it makes settings of a call stick to the session, so they stand in
 * the statements instead.
 */
export async function openChdbStore(path: string): Promise<AnalyticsStore> {
  const spool = resolve(path, 'spool')
  mkdirSync(spool, { recursive: true })
  const client = await connect(resolve(path, 'data'))
  const file = join(spool, 'batch.avro')

  await guarded(() =>
    client.command({
      query:
        'SET output_format_json_quote_64bit_integers = 1, output_format_json_quote_decimals = 1',
    }),
  )

  const rows = async <T>(sql: string, params?: Readonly<Record<string, unknown>>): Promise<T[]> => {
    const query_params = params === undefined ? {} : { query_params: { ...params } }
    const result = await guarded(() =>
      client.query({ query: sql, format: 'JSONEachRow', ...query_params }),
    )
    return result.json<T>()
  }

  return {
    command: async (sql) => {
      await guarded(() => client.command({ query: sql }))
    },
    rows,
    readOnly: async <T>(sql: string, params?: Readonly<Record<string, unknown>>) => {
      const tree = await rows<string | { explain: string }>(
        `EXPLAIN AST ${singleStatement(sql)}`,
        params,
      )
      // The engine gives lines or rows, depending on the statement.
      assertReadOnly(tree.map((line) => (typeof line === 'string' ? line : line.explain)))
      return rows<T>(
        `SELECT * FROM (\n${sql}\n) LIMIT ${ANALYST_ROWS_MAX} SETTINGS max_execution_time = ${ANALYST_SECONDS_MAX}`,
        params,
      )
    },
    insertAvro: async ({ table, columns, container, token }: AvroInsert) => {
      const list = columns.join(', ')
      writeFileSync(file, container)
      await guarded(() =>
        client.command({
          query:
            `INSERT INTO ${table} (${list}) SETTINGS ${INSERT_SETTINGS}, insert_deduplication_token = '${token}' ` +
            `SELECT ${list} FROM file('${file}', 'Avro')`,
        }),
      )
    },
    close: () => client.close(),
  }
}

async function connect(path: string): Promise<ClickHouseClient> {
  const { createChdbConnection } = await import('chdb/connection').catch((error: unknown) => {
    throw new WaggleError('VIEW_UNAVAILABLE', 'The package chdb is not installed', { cause: error })
  })
  try {
    return createClient({ connection: createChdbConnection({ path }) } as never)
  } catch (error) {
    throw new WaggleError(
      'VIEW_UNAVAILABLE',
      `${path} cannot be opened; one process owns it at a time: ${messageOf(error)}`,
      {
        cause: error,
      },
    )
  }
}

/** Codes of ClickHouse that blame the rows, not the server. */
const ROW_FAULT =
  /avro::Exception|CANNOT_PARSE|INCORRECT_DATA|TYPE_MISMATCH|ARGUMENT_OUT_OF_BOUND|CANNOT_READ/

async function guarded<T>(run: () => Promise<T>): Promise<T> {
  try {
    return await run()
  } catch (error) {
    const message = messageOf(error)
    const code = ROW_FAULT.test(message) ? 'BYTES_MALFORMED' : 'VIEW_UNAVAILABLE'
    throw new WaggleError(code, `ClickHouse: ${message}`, { cause: error })
  }
}
