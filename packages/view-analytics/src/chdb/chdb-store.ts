import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { createClient, type ClickHouseClient } from '@clickhouse/client'
import { messageOf, WaggleError } from '@waggle/base'
import type { AnalyticsStore, AvroInsert } from '../analytics-store.ts'
import { analystSelect, ANALYST_LIMITS, type Params } from '../analyst-select.ts'
import { queriesOf } from '../client-queries.ts'
import { EXACT_NUMBERS, INSERT_SETTINGS, settingsText } from '../engine-settings.ts'
import { analystError, insertError, unavailable } from '../store-errors.ts'

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
  await command(`SET ${settingsText(EXACT_NUMBERS)}`)
  await analyst.command({
    query: `SET ${settingsText({ ...EXACT_NUMBERS, ...ANALYST_LIMITS })}, readonly = 1`,
  })

  return {
    owned: true,
    command,
    rows: <T>(sql: string, params?: Params) =>
      queriesOf(client, params)
        .rows<T>(sql)
        .catch((error: unknown) => {
          throw unavailable(error)
        }),
    readOnly: async <T>(sql: string, params?: Params) => {
      try {
        return await analystSelect<T>(sql, 'default', queriesOf(analyst, params))
      } catch (error) {
        throw analystError(error)
      }
    },
    insertAvro: async ({ table, columns, container, token }: AvroInsert) => {
      const list = columns.join(', ')
      const file = join(spool, `${spooled++}.avro`)
      const sql =
        `INSERT INTO ${table} (${list}) SETTINGS ${settingsText(INSERT_SETTINGS)}, insert_deduplication_token = '${token}' ` +
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
