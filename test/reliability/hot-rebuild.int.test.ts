import { Cluster, Redis } from 'ioredis'
import { afterAll, describe, expect, it } from 'vitest'
import { systemClock, type Clock } from '@waggle/base'
import { partitionsOf } from '@waggle/log'
import { HOT_TOPICS } from '@waggle/view-hot'
import { openRedisHotStore, type HotRebuild, type RedisLinkOptions } from '@waggle/view-hot/redis'
import { memoryBus, SWARM, type MemoryBus } from '../support/memory-bus.ts'
import { randomPrefix, resolveRedis, resolveRedisCluster } from '../support/redis.ts'
import {
  emitSome,
  runStore,
  SCOPE,
  truthOf,
  until,
  type RunningStore,
} from '../support/redis-faults.ts'
import { undoAfterEach } from '../support/undo.ts'

const servers = { 'one server': await resolveRedis(), 'a cluster': await resolveRedisCluster() }
const NONE: RedisLinkOptions = { endpoints: [] }
const undo = undoAfterEach()
afterAll(async () => {
  for (const server of Object.values(servers)) await server?.dispose()
})

/** Rests are short, as nobody has to wait for readers of long ago here. */
const hurried: Clock = {
  now: () => systemClock().now(),
  sleep: (ms, signal) => systemClock().sleep(Math.min(ms, 50), signal),
}
const WHOLE = { resume: false, onProgress: () => {} }

interface Scene {
  readonly bus: MemoryBus
  readonly prefix: string
  /** The service. */
  readonly store: RunningStore
  /** The command, over a connection of its own. */
  readonly rebuild: HotRebuild
  readonly stranger: Redis | Cluster
  /** Names of all keys, without the prefix, up to the partition. */
  generations(): Promise<string[]>
}

async function scene(redis: RedisLinkOptions): Promise<Scene> {
  const bus = await memoryBus()
  const prefix = randomPrefix()
  const store = await runStore(bus, redis, { prefix })
  undo.push(() => store.stop())
  const partitions = partitionsOf(bus.log, HOT_TOPICS)
  const command = await openRedisHotStore({ redis, partitions, prefix, clock: hurried })
  undo.push(() => command.close())
  const [endpoint] = redis.endpoints
  const stranger = redis.cluster
    ? new Cluster([endpoint!], { redisOptions: { protocol: 2 } })
    : new Redis({ ...endpoint!, protocol: 2 })
  undo.push(() => stranger.disconnect())
  await emitSome(bus, 'a', 30)
  await emitSome(bus, 'b', 30)
  await store.runner.caughtUp(60_000)
  const generations = async (): Promise<string[]> => {
    const nodes = stranger instanceof Cluster ? stranger.nodes('master') : [stranger]
    const keys = (await Promise.all(nodes.map((node) => node.keys(`${prefix}:*`)))).flat()
    const names = keys.flatMap((key) => /^[^:]*:([^:]*):\{/.exec(key)?.[1] ?? [])
    return [...new Set(names)].sort()
  }
  return { bus, prefix, store, rebuild: command.rebuild(bus), stranger, generations }
}

/** A fill that no event brought about, in the generation that serves. */
async function forge({ stranger, prefix, bus }: Scene, generation: number): Promise<void> {
  for (const { topic, partition } of partitionsOf(bus.log, ['waggle.fills.v1'])) {
    const key = `${prefix}:v1.1.${generation}:{${topic}/${partition}}:holdings::${SWARM}`
    const text = await stranger.hget(key, 'a/SPX')
    if (text === null) continue
    await stranger.hset(key, 'a/SPX', text.replace('"fills":30', '"fills":31'))
  }
}

for (const [name, server] of Object.entries(servers))
  describe.skipIf(server === undefined)(`rebuild of the hot view in Redis, ${name}`, () => {
    const redis = server?.redis ?? NONE

    it('finds what is not of the log, takes its place, and gives it back', async () => {
      const at = await scene(redis)
      const { rebuild, store, bus, generations } = at
      const fills = async () => (await store.view.holding(SCOPE, 'a', 'SPX')).value?.fills
      await rebuild.shadow(WHOLE)
      expect(await rebuild.diff()).toEqual([])
      await forge(at, 0)
      expect(await fills()).toBe(31)
      expect(await rebuild.diff()).toMatchObject([
        { is: 'changed', key: expect.stringContaining('holdings') },
      ])

      await rebuild.switch()
      expect(await fills()).toBe(30)
      await emitSome(bus, 'a', 1)
      await store.runner.caughtUp(60_000)
      expect(await fills()).toBe(31)
      await rebuild.rollback()
      expect(await fills()).toBe(32)
      await rebuild.switch()
      await emitSome(bus, 'a', 1)
      await store.runner.caughtUp(60_000)
      expect(await store.projection.digest()).toBe(await truthOf(bus))
      expect(await generations()).toEqual(['v1.1.0', 'v1.1.1'])
      expect(await rebuild.dropOld()).toBe(1)
      expect(await generations()).toEqual(['v1.1.1'])
      expect(await store.projection.digest()).toBe(await truthOf(bus))
      await expect(rebuild.rollback()).rejects.toMatchObject({ code: 'NOT_FOUND' })
    })

    it('is seen by readers as one view that never goes back, and loses and doubles nothing', async () => {
      const { rebuild, store, bus } = await scene(redis)
      let stopping = false
      let emitted = 0
      const emitting = (async () => {
        for (; !stopping; emitted += 2) {
          await emitSome(bus, 'w', 2)
          await systemClock().sleep(2)
        }
      })()
      const seen: number[] = []
      const states = new Set<string>()
      const reading = (async () => {
        while (!stopping) {
          const { value, freshness } = await store.view.holding(SCOPE, 'w', 'SPX')
          const applied = [...freshness.applied.values()].reduce((sum, next) => sum + next, 0n)
          // What is said to be applied is in the answer: 30 of each of the others, and these.
          expect(value?.fills ?? 0).toBeGreaterThanOrEqual(Number(applied) - 60)
          seen.push(value?.fills ?? 0)
          states.add((await store.runner.status()).state)
        }
      })()
      await until(() => seen.at(-1)! > 0)
      await rebuild.shadow(WHOLE)
      for (let round = 0; round < 5; round++) {
        await rebuild.switch()
        const at = seen.at(-1)!
        await until(() => seen.at(-1)! > at)
        await rebuild.rollback()
        const then = seen.at(-1)!
        await until(() => seen.at(-1)! > then)
      }
      await rebuild.switch()
      expect(await rebuild.dropOld()).toBe(1)
      stopping = true
      await Promise.all([emitting, reading])
      await store.runner.caughtUp(60_000)
      expect(seen).toEqual(seen.toSorted((one, other) => one - other))
      expect([...states]).toEqual(['running'])
      expect((await store.view.holding(SCOPE, 'w', 'SPX')).value?.fills).toBe(emitted)
      expect(await store.projection.digest()).toBe(await truthOf(bus))
    })
  })

describe.skipIf(servers['one server'] === undefined)('a rebuild that ends early', () => {
  const redis = servers['one server']?.redis ?? NONE

  it('leaves what serves as it is, and the next one goes on or begins again', async () => {
    const { rebuild, store, bus, generations, stranger, prefix } = await scene(redis)
    const broken = rebuild.shadow({
      resume: false,
      onProgress: () => {
        throw new Error('killed')
      },
    })
    await expect(broken).rejects.toThrow('killed')
    expect(await generations()).toEqual(['v1.1.0', 'v1.1.1'])
    await emitSome(bus, 'a', 1)
    await store.runner.caughtUp(60_000)
    const { records } = await rebuild.shadow({ ...WHOLE, resume: true })
    const all = await rebuild.shadow(WHOLE)
    expect(records).toBeLessThan(all.records)
    expect(await rebuild.diff()).toEqual([])
    // Redis forgets what it said of generations: the first serves, and the number of the shadow is used again.
    await stranger.del(`${prefix}:v1.1:generations`)
    await rebuild.shadow(WHOLE)
    expect(await rebuild.diff()).toEqual([])
  })

  it('is not begun where nothing serves, nor switched without a shadow', async () => {
    const bus = await memoryBus()
    const partitions = partitionsOf(bus.log, HOT_TOPICS)
    const store = await openRedisHotStore({
      redis,
      partitions,
      prefix: randomPrefix(),
      clock: hurried,
    })
    undo.push(() => store.close())
    const rebuild = store.rebuild(bus)
    for (const step of [() => rebuild.shadow(WHOLE), () => rebuild.diff(), () => rebuild.switch()])
      await expect(step()).rejects.toMatchObject({ code: 'NOT_FOUND' })
    expect(await rebuild.dropOld()).toBe(0)
  })

  it('lets two at a time spoil nothing: one of them is told', async () => {
    const { rebuild, store, bus, prefix } = await scene(redis)
    const partitions = partitionsOf(bus.log, HOT_TOPICS)
    const other = await openRedisHotStore({ redis, partitions, prefix, clock: hurried })
    undo.push(() => other.close())
    await rebuild.shadow(WHOLE)
    const both = await Promise.allSettled([rebuild.switch(), other.rebuild(bus).switch()])
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
    await emitSome(bus, 'a', 1)
    await store.runner.caughtUp(60_000)
    await until(async () => (await store.projection.digest()) === (await truthOf(bus)))
  })
})
