import type { Clock } from '@waggle/base'
import type { AdmittedSource } from '@waggle/consume'
import type { TopicPartition } from '@waggle/event'
import { HOT_VERSION } from '../fold-hot.ts'
import { followGenerations } from './generations.ts'
import { createHotKeys } from './hot-keys.ts'
import type { HotTtl } from './hot-writes.ts'
import { createRedisProjection, type RedisProjection } from './project-redis.ts'
import { createHotRebuild, type HotRebuild } from './rebuild-hot.ts'
import { openRedisLink, type RedisLinkOptions } from './redis-link.ts'
import { createRemoteHotView, type RemoteHotView } from './remote-view.ts'
import { verifyHotStore, type PartitionCheck } from './verify-store.ts'

export { createFallbackHotReader, createInProcessReader } from './hot-reader.ts'
export type { FallbackOptions, HotAnswer, HotReader, InProcessHot } from './hot-reader.ts'
export type { HotTtl } from './hot-writes.ts'
export type { HotRebuild } from './rebuild-hot.ts'
export type { RedisProjection } from './project-redis.ts'
export { openRedisLink } from './redis-link.ts'
export type { RedisEndpoint, RedisLink, RedisLinkOptions } from './redis-link.ts'
export type { RemoteHotView } from './remote-view.ts'
export type { PartitionCheck } from './verify-store.ts'
export { createStoreWatch } from './watch-store.ts'
export type { StoreWatchOptions } from './watch-store.ts'

export interface RedisHotStoreOptions {
  readonly redis: RedisLinkOptions
  /** Every partition of HOT_TOPICS in the log: `partitionsOf(log, HOT_TOPICS)`. */
  readonly partitions: readonly TopicPartition[]
  readonly clock: Clock
  /** Begins every key; `waggle` if left out. */
  readonly prefix?: string
  /** A week for bars, decisions and signals if left out. */
  readonly ttl?: HotTtl
  /** Of the view; this program's if left out. */
  readonly version?: number
}

/** The hot view in Redis: writing it, reading it, checking it, over one connection. */
export interface RedisHotStore {
  readonly projection: RedisProjection
  readonly view: RemoteHotView
  /** Compares Redis with the log, partition by partition. */
  verify(source: AdmittedSource): Promise<PartitionCheck[]>
  /** Builds the view again beside the one that serves, and lets it take its place. */
  rebuild(source: AdmittedSource): HotRebuild
  close(): void
}

/** Resolves although Redis may be down: reads and writes are VIEW_UNAVAILABLE until it is there. */
export async function openRedisHotStore(options: RedisHotStoreOptions): Promise<RedisHotStore> {
  const { redis, partitions, clock, prefix, ttl, version = HOT_VERSION } = options
  const liveKeys = followGenerations(prefix, version)
  const link = await openRedisLink(redis)
  const parts = { link, liveKeys, partitions, clock, version }
  const written = ttl === undefined ? parts : { ...parts, ttl }
  return {
    projection: createRedisProjection(written),
    view: createRemoteHotView(parts),
    verify: async (source) => verifyHotStore(link, await link.run(liveKeys), partitions, source),
    rebuild: (source) =>
      createHotRebuild({
        source,
        link,
        partitions,
        clock,
        keysOf: (generation) => createHotKeys(prefix, version, generation),
        project: (keys) =>
          createRedisProjection({ ...written, liveKeys: async () => keys, isShadow: true }),
      }),
    close: () => link.close(),
  }
}
