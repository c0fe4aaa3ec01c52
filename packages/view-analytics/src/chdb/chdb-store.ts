import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { createClient, type ClickHouseClient } from '@clickhouse/client'
import { messageOf, WaggleError } from '@waggle/base'
import type { AnalyticsStore, AvroInsert } from '../analytics-store.ts'
import { assertReadOnly, singleStatement } from '../read-only.ts'
import { analystError, insertError, unavailable } from './chdb-errors.ts'

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

const EXACT_NUMBERS =
  'output_format_json_quote_64bit_integers = 1, output_format_json_quote_decimals = 1'
const ANALYST_ROWS_MAX = 1_000_000
const ANALYST_SECONDS_MAX = 30

/**
 * ClickHouse in this process (chdb). One process owns a path. Its connection turns binary bodies into text,
 * so containers go over a spool file; and it makes settings of a call stick to the session, so they stand in
 * the statements instead. Analysts have a session of their own, which the engine holds to reading.
 */
export async function openChdbStore(path: string): Promise<AnalyticsStore> {
  const spool = resolve(path, 'spool')
  const client = await connect(resolve(path, 'data'))
  const analyst = await connect(resolve(path, 'data'))
  rmSync(spool, { recursive: true, force: true })
  mkdirSync(spool, { recursive: true })
  let spooled = 0

  const command = async (sql: string): Promise<void> => {
    await client.command({ query: sql }).catch((error: unknown) => {
      throw unavailable(error)
    })
  }
  await command(`SET ${EXACT_NUMBERS}`)
  await analyst.command({
    query: `SET ${EXACT_NUMBERS}, max_execution_time = ${ANALYST_SECONDS_MAX}, readonly = 1`,
  })

  return {
    command,
    rows: <T>(sql: string, params?: Params) =>
      rowsOf<T>(client, sql, params).catch((error: unknown) => {
        throw unavailable(error)
      }),
    readOnly: async <T>(sql: string, params?: Params) => {
      const explain = `EXPLAIN AST ${singleStatement(sql)}`
      try {
        const tree = await rowsOf<string | { explain: string }>(analyst, explain, params)
        // The engine gives lines or rows, depending on the statement.
        assertReadOnly(tree.map((line) => (typeof line === 'string' ? line : line.explain)))
        const bounded = `SELECT * FROM (\n${sql}\n) LIMIT ${ANALYST_ROWS_MAX}`
        return await rowsOf<T>(analyst, bounded, params)
      } catch (error) {
        throw analystError(error)
      }
    },
    insertAvro: async ({ table, columns, container, token }: AvroInsert) => {
      const list = columns.join(', ')
      const file = join(spool, `${spooled++}.avro`)
      const sql =
        `INSERT INTO ${table} (${list}) SETTINGS ${INSERT_SETTINGS}, insert_deduplication_token = '${token}' ` +
        `SELECT ${list} FROM file('${file}', 'Avro')`
      try {
        writeFileSync(file, container)
        await client.command({ query: sql })
      } catch (error) {
        throw insertError(error)
      } finally {
        rmSync(file, { force: true })
      }
    },
    close: async () => {
      await analyst.close()
      await client.close()
    },
  }
}

type Params = Readonly<Record<string, unknown>>

async function rowsOf<T>(client: ClickHouseClient, sql: string, params?: Params): Promise<T[]> {
  const query_params = params === undefined ? {} : { query_params: { ...params } }
  const result = await client.query({ query: sql, format: 'JSONEachRow', ...query_params })
  return result.json<T>()
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
      { cause: error },
    )
  }
}
