import { createAssignedRunner } from '@waggle/consume'
import { partitionsOf } from '@waggle/log'
import type { ServiceConfig, ServiceContext, Worker } from '@waggle/service'
import { HOT_TOPICS } from '@waggle/view-hot'
import { createStoreWatch, openRedisHotStore, type RedisLinkOptions } from '@waggle/view-hot/redis'

/** The hot view as a process: Redis is kept up to date, and filled again when it has lost something. */
export async function buildHotView(context: ServiceContext): Promise<Worker> {
  const { log, clock, logger, config, assignments } = context
  const store = await openRedisHotStore({
    redis: redisOptions(config),
    partitions: partitionsOf(log, HOT_TOPICS),
    prefix: `${config.WAGGLE_KAFKA_TOPIC_PREFIX}waggle`,
    clock,
  })
  const { projection } = store
  const runner = createAssignedRunner(
    { ...context, projection },
    assignments('hot-view', projection.topics),
  )
  const watch = createStoreWatch({ projection, runner, clock, logger })
  return {
    start: async () => {
      await runner.start()
      await watch.start()
    },
    stop: async () => {
      await watch.stop()
      await runner.stop()
      store.close()
    },
    status: () => runner.status(),
  }
}

/** The Redis part of a config. */
export function redisOptions(config: ServiceConfig): RedisLinkOptions {
  const { WAGGLE_REDIS_USERNAME: username, WAGGLE_REDIS_PASSWORD: password } = config
  return {
    endpoints: config.WAGGLE_REDIS_NODES.map((node) => {
      const { hostname, port } = new URL(`redis://${node}`)
      return { host: hostname, port: port === '' ? 6379 : Number(port) }
    }),
    cluster: config.WAGGLE_REDIS_CLUSTER,
    tls: config.WAGGLE_REDIS_TLS,
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
  }
}
