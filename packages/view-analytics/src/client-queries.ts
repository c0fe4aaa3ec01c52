import type { ClickHouseClient } from '@clickhouse/client'
import type { Params, QueryRunner } from './analyst-select.ts'

/** Queries by a client with these parameters bound. */
export function queriesOf(client: ClickHouseClient, params?: Params): QueryRunner {
  const bound = params === undefined ? {} : { query_params: { ...params } }
  return {
    rows: async <T>(query: string) => {
      const result = await client.query({ query, format: 'JSONEachRow', ...bound })
      return result.json<T>()
    },
    // Not `query`: it appends a format, which EXPLAIN would take for one of the statement it explains.
    lines: async (query) => {
      const { stream } = await client.exec({
        query,
        clickhouse_settings: { default_format: 'TabSeparated' },
        ...bound,
      })
      const chunks: Buffer[] = []
      for await (const chunk of stream as AsyncIterable<Buffer>) chunks.push(chunk)
      return Buffer.concat(chunks).toString().split('\n')
    },
  }
}
