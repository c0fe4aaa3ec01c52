import { createAssignedRunner, createPacedLog } from '@waggle/consume'
import type { ServiceConfig, ServiceContext, Worker } from '@waggle/service'
import { createAnalyticsProjection } from '@waggle/view-analytics'
import { openHttpStore, type HttpStoreOptions } from '@waggle/view-analytics/clickhouse'

/** The analytical store as a process: ClickHouse over HTTP, its partitions of the log shared by a group. */
export async function buildAnalytics(context: ServiceContext): Promise<Worker> {
  const { log, clock, config, assignments } = context
  const store = openHttpStore(clickHouseOptions(config))
  const paced = createPacedLog(log, clock, config.WAGGLE_CLICKHOUSE_REST_MS)
  const projection = createAnalyticsProjection(store)
  const runner = createAssignedRunner(
    { ...context, log: paced.log, projection },
    assignments('analytics', projection.topics),
  )
  return {
    start: () => runner.start(),
    stop: async () => {
      await runner.stop()
      await store.close()
    },
    status: () => runner.status(),
  }
}

/** The ClickHouse part of a config. */
export function clickHouseOptions(config: ServiceConfig): HttpStoreOptions {
  const { WAGGLE_CLICKHOUSE_CLUSTER: cluster } = config
  return {
    url: config.WAGGLE_CLICKHOUSE_URL,
    database: config.WAGGLE_CLICKHOUSE_DATABASE,
    username: config.WAGGLE_CLICKHOUSE_USERNAME,
    password: config.WAGGLE_CLICKHOUSE_PASSWORD,
    ...(cluster === undefined ? {} : { cluster }),
  }
}
