import { afterAll } from 'vitest'
import { createHotProjection } from '@waggle/view-hot'
import type { HotAnswer } from '@waggle/view-hot/redis'
import {
  openTestStore,
  randomPrefix,
  resolveRedis,
  resolveRedisCluster,
  type TestRedis,
} from '../support/redis.ts'
import { hotStoreSuite, type HotStoreFactory } from './hot-store.suite.ts'

/** A projection in process shares nothing with another: both users are the same one. */
hotStoreSuite('memory', async () => {
  const projection = createHotProjection()
  return {
    writer: projection,
    other: projection,
    ask: async (question) => question(projection.view),
    dispose: async () => {},
  }
})

function inRedis(redis: TestRedis): HotStoreFactory {
  return async ({ log }) => {
    const prefix = randomPrefix()
    const writer = await openTestStore(redis, log, { prefix })
    const other = await openTestStore(redis, log, { prefix })
    return {
      writer: writer.projection,
      other: other.projection,
      ask: async (question) => ((await question(other.view)) as HotAnswer<unknown>).value,
      dispose: async () => {
        await writer.projection.reset()
        writer.close()
        other.close()
      },
    }
  }
}

const redis = await resolveRedis()
if (redis !== undefined) hotStoreSuite('redis', inRedis(redis))

const cluster = await resolveRedisCluster()
if (cluster !== undefined) hotStoreSuite('redis cluster', inRedis(cluster))

afterAll(async () => {
  await redis?.dispose()
  await cluster?.dispose()
})
