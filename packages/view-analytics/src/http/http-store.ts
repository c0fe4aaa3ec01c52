import { Readable } from 'node:stream'
import { ClickHouseLogLevel, createClient, type ClickHouseClient } from '@clickhouse/client'
import type { AnalyticsStore, AvroInsert } from '../analytics-store.ts'
import { analystSelect, ANALYST_LIMITS, type Params } from '../analyst-select.ts'
import { queriesOf } from '../client-queries.ts'
import { CLUSTER_SETTINGS, onCluster } from '../cluster-ddl.ts'
import { EXACT_NUMBERS, INSERT_SETTINGS } from '../engine-settings.ts'
import { analystError, insertError, unavailable } from '../store-errors.ts'

export interface HttpStoreOptions {
  /** Such as `http://127.0.0.1:8123`. */
  readonly url: string
  readonly database?: string
  /** May create tables and insert. */
  readonly username: string
  readonly password: string
  /**
   * Who runs the queries of analysts: a user of the server that is held to reading by its profile, which
   * must have exact numbers in JSON on (users.xml) or let them be set. Without one they run as the writer,
   * read-only by settings.
   */
  readonly analyst?: { readonly username: string; readonly password: string }
  /** Name of the cluster the tables are spread over; a single server if left out. */
  readonly cluster?: string
  /** How long one request may take, in milliseconds; 60,000 if left out. */
  readonly timeoutMs?: number
}

/**
 * A ClickHouse server over HTTP. Settings travel with each request, and an Avro container is the request's
 * body as it stands. A server that is gone, slow or refusing is VIEW_UNAVAILABLE with its reason; what an
 * insert did then is unknown, and the projection looks at the tables again.
 */
export function openHttpStore(options: HttpStoreOptions): AnalyticsStore {
  const { username, password, database = 'default' } = options
  const spread = options.cluster === undefined ? {} : CLUSTER_SETTINGS
  const client = connect(options, { username, password }, { ...EXACT_NUMBERS, ...spread })
  const analyst =
    options.analyst === undefined
      ? connect(
          options,
          { username, password },
          { ...EXACT_NUMBERS, ...ANALYST_LIMITS, readonly: 1 },
        )
      : connect(options, options.analyst, EXACT_NUMBERS)

  const store: AnalyticsStore = {
    command: async (sql) => {
      await client.command({ query: sql }).catch((error: unknown) => {
        throw unavailable(error)
      })
    },
    rows: <T>(sql: string, params?: Params) =>
      queriesOf(client, params)
        .rows<T>(sql)
        .catch((error: unknown) => {
          throw unavailable(error)
        }),
    readOnly: async <T>(sql: string, params?: Params) => {
      try {
        return await analystSelect<T>(sql, database, queriesOf(analyst, params))
      } catch (error) {
        throw analystError(error)
      }
    },
    insertAvro: async ({ table, columns, container, token }: AvroInsert) => {
      try {
        const { stream } = await client.exec({
          query: `INSERT INTO ${table} (${columns.join(', ')}) FORMAT Avro`,
          values: Readable.from([container], { objectMode: false }),
          clickhouse_settings: {
            ...asText(INSERT_SETTINGS),
            insert_deduplication_token: token,
            wait_end_of_query: 1,
          },
        })
        for await (const _ of stream) continue
      } catch (error) {
        throw insertError(error)
      }
    },
    close: async () => {
      await analyst.close()
      await client.close()
    },
  }
  return options.cluster === undefined ? store : onCluster(store, options.cluster)
}

function connect(
  { url, database = 'default', timeoutMs = 60_000 }: HttpStoreOptions,
  user: { readonly username: string; readonly password: string },
  settings: Readonly<Record<string, number | string>>,
): ClickHouseClient {
  return createClient({
    url,
    database,
    username: user.username,
    password: user.password,
    request_timeout: timeoutMs,
    clickhouse_settings: asText(settings),
    // Errors are thrown and told by us; the client need not print them too.
    log: { level: ClickHouseLogLevel.OFF },
  })
}

function asText(settings: Readonly<Record<string, number | string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(settings).map(([name, value]) => [name, String(value)]))
}
