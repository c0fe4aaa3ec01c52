import type { RunnerOptions } from '@waggle/consume'
import { partitionsOf } from '@waggle/log'
import type { ServiceConfig } from '@waggle/service'
import { HOT_TOPICS } from '@waggle/view-hot'
import { openRedisHotStore, type RedisHotStore } from '@waggle/view-hot/redis'
import { redisOptions } from '@waggle-services/hot-view'

/** The hot view in Redis, as the services of a config keep it. */
export function openHotStore(
  config: ServiceConfig,
  { log, clock }: Pick<RunnerOptions, 'log' | 'clock'>,
): Promise<RedisHotStore> {
  return openRedisHotStore({
    redis: redisOptions(config),
    partitions: partitionsOf(log, HOT_TOPICS),
    prefix: `${config.WAGGLE_KAFKA_TOPIC_PREFIX}waggle`,
    clock,
  })
}
