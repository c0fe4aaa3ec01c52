import { LIMITS } from '@waggle/base'
import { createAssignedRunner, createPacedLog } from '@waggle/consume'
import type { ServiceConfig, ServiceContext, Worker } from '@waggle/service'
import { DEAD_LETTER_TOPIC } from '@waggle/event'
import { createAnalyticsProjection, createDeadLetterFeed } from '@waggle/view-analytics'
import { openHttpStore, type HttpStoreOptions } from '@waggle/view-analytics/clickhouse'

/** The analytical store as a process: ClickHouse over HTTP, its partitions of the log shared by a group. */
export async function buildAnalytics(context: ServiceContext): Promise<Worker> {
  const { log, clock, config, assignments } = context
  const store = openHttpStore(clickHouseOptions(config))
  const restMs = config.WAGGLE_CLICKHOUSE_REST_MS
  const paced = createPacedLog(log, clock, restMs)
  const projection = createAnalyticsProjection(store)
  const runner = createAssignedRunner(
    { ...context, log: paced.log, projection, batchRecords: LIMITS.batchEventsMax },
    assignments('analytics', projection.topics),
  )
  const letters = createDeadLetterFeed({
    ...context,
    log: createPacedLog(log, clock, restMs).log,
    store,
  })
  const lettersAssigned = assignments('analytics-dead-letters', [DEAD_LETTER_TOPIC])
  // One process of the group has the topic's partition; the others rest.
  let last: Promise<void> = Promise.resolve()
  const follow = (ours: boolean): void => {
    last = last.then(() => (ours ? letters.start() : letters.stop()))
  }
  return {
    start: async () => {
      await runner.start()
      lettersAssigned.start((partitions) => follow(partitions.length > 0))
    },
    stop: async () => {
      await lettersAssigned.leave()
      follow(false)
      await last
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
