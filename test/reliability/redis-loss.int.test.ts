import { Redis } from 'ioredis'
import { describe, expect, it } from 'vitest'
import { silentLogger, systemClock } from '@waggle/base'
import { createRunner } from '@waggle/consume'
import { partitionName, type TopicPartition } from '@waggle/event'
import { createHotProjection } from '@waggle/view-hot'
import { createFallbackHotReader, createStoreWatch, type HotReader } from '@waggle/view-hot/redis'
import { startRedis, type NativeRedis } from '@waggle-infra/native/redis'
import { memoryBus, type MemoryBus } from '../support/memory-bus.ts'
import { randomPrefix, resolveNativeRedis } from '../support/redis.ts'
import {
  emitSome,
  heals,
  runStore,
  SCOPE,
  stalledWith,
  until,
  type RunningStore,
} from '../support/redis-faults.ts'
import { undoAfterEach } from '../support/undo.ts'

const native = await resolveNativeRedis()

const NOBODY = '0191f000-0000-7000-8000-000000000000'
const undo = undoAfterEach()

interface Scene {
  readonly bus: MemoryBus
  readonly server: NativeRedis
  readonly store: RunningStore
  /** Someone else with access to the same Redis. */
  readonly stranger: Redis
  /** Full names of the keys whose name contains a text. */
  keys(part: string): Promise<string[]>
}

async function scene(): Promise<Scene> {
  const bus = await memoryBus()
  const server = await startRedis()
  undo.push(() => server.kill())
  const prefix = randomPrefix()
  const store = await runStore(bus, { endpoints: [server.endpoint] }, { prefix })
  undo.push(() => store.stop())
  const stranger = new Redis({ ...server.endpoint, protocol: 2 })
  stranger.on('error', () => {})
  undo.push(() => stranger.disconnect())
  await emitSome(bus, 'a', 30)
  await emitSome(bus, 'b', 30)
  await store.runner.caughtUp(60_000)
  const keys = async (part: string): Promise<string[]> =>
    (await stranger.keys(`${prefix}:*`)).filter((key) => key.includes(part))
  return { bus, server, store, stranger, keys }
}

describe.skipIf(native === undefined)('Redis that lost data', () => {
  it('is filled again after FLUSHALL while events go on', async () => {
    const { bus, store, stranger } = await scene()
    const emitting = emitSome(bus, 'c', 200)
    await until(async () => (await store.view.recentDecisions(SCOPE, 1, 'c')).value.length > 0)
    await stranger.flushall()
    await emitting
    await emitSome(bus, 'c', 1)
    await heals(bus, store)
  })

  it('is filled again after FLUSHALL where no events come', async () => {
    const { bus, store, stranger } = await scene()
    const parts = { ...store, clock: systemClock(), logger: silentLogger }
    const watch = createStoreWatch({ ...parts, intervalMs: 20 })
    await watch.start()
    undo.push(() => watch.stop())
    await stranger.flushall()
    await heals(bus, store)
  })

  it('is filled again, and not twice, where only a position is gone', async () => {
    const { bus, store, stranger, keys } = await scene()
    await stranger.del(
      ...(await keys('waggle.decisions.v1')).filter((key) => key.endsWith(':position')),
    )
    await emitSome(bus, 'a', 1)
    await heals(bus, store)
  })

  it('is filled again where a stranger put something else under a key', async () => {
    const { bus, store, stranger, keys } = await scene()
    const [list] = await keys(':agent-decisions:')
    await stranger.set(list!, 'mine now')
    await emitSome(bus, 'a', 1)
    await emitSome(bus, 'b', 1)
    await heals(bus, store)
  })

  it('is found out by verify, partition by partition, and mended by dropping those', async () => {
    const { bus, store, stranger, keys } = await scene()
    const verdicts = async (): Promise<string[]> =>
      (await store.verify(bus)).map(({ verdict }) => verdict)
    expect(new Set(await verdicts())).toEqual(new Set(['equal']))
    const [holdings] = await keys(':holdings:')
    await stranger.hdel(holdings!, 'a/SPX', 'b/SPX')
    const checks = await store.verify(bus)
    const different = checks.filter(({ verdict }) => verdict === 'different')
    expect(
      different.map(({ position }) => holdings!.includes(`{${partitionName(position)}}`)),
    ).toEqual([true])
    await store.runner.pause()
    await store.projection.drop(different.map(({ position }): TopicPartition => position))
    await store.runner.resume()
    await heals(bus, store)
    expect(new Set(await verdicts())).toEqual(new Set(['equal']))
  })

  it('stopped with an admission too large to store each time: goes on without double effect', async () => {
    const { bus, server, store, keys } = await scene()
    const fill = { kind: 'fill', decision: NOBODY, instrument: 'SPX', price: 1n, fee: 0n } as const
    for (let session = 0; session < 400; session++)
      await bus.emitter('a', { session: `s${session}` }).emit({ ...fill, quantity: 1n })
    // The last batch may be one that stores the admission; none does right behind another.
    for (let session = 400; session < 402; session++) {
      await store.runner.caughtUp(60_000)
      const { position } = await bus
        .emitter('a', { session: `s${session}` })
        .emit({ ...fill, quantity: 1n })
      await store.runner.caughtUp(60_000)
      const stored = await store.projection.checkpoints()
      const at = stored.find((one) => partitionName(one) === partitionName(position))
      if (at!.nextOffset <= position.offset) break
    }
    await store.runner.stop()
    const prefix = (await keys(':position'))[0]!.split(':')[0]!
    const next = await runStore(bus, { endpoints: [server.endpoint] }, { prefix })
    undo.push(() => next.stop())
    const stored = await next.projection.checkpoints()
    const { freshness } = await next.view.holdings(SCOPE)
    expect(
      stored.some((at) => at.nextOffset < (freshness.applied.get(partitionName(at)) ?? 0n)),
    ).toBe(true)
    await bus.emitter('a', { session: 'last' }).emit({ ...fill, quantity: 1n })
    await next.runner.caughtUp(60_000)
    await heals(bus, next)
  })

  it('is written once by two instances that both own every partition', async () => {
    const { bus, server, store, keys } = await scene()
    const prefix = (await keys(':position'))[0]!.split(':')[0]!
    const twin = await runStore(bus, { endpoints: [server.endpoint] }, { prefix, batchRecords: 5 })
    undo.push(() => twin.stop())
    await Promise.all(['a', 'b', 'c', 'd'].map((agent) => emitSome(bus, agent, 100)))
    await Promise.all([store.runner.caughtUp(60_000), twin.runner.caughtUp(60_000)])
    await heals(bus, store)
  })
})

describe.skipIf(native === undefined)('readers of a hot view in Redis', () => {
  it('are told how far it is, and may wait for their own writes', async () => {
    const { bus, store } = await scene()
    const emitter = bus.emitter('w')
    const { position } = await emitter.emit({ kind: 'agent', op: 'JOINED', role: 'r' })
    await store.view.waitFor([position], 60_000)
    const { value, freshness, source } = await store.view.isMember(SCOPE, 'w')
    expect([value, source]).toEqual([true, 'redis'])
    expect(freshness.applied.get(partitionName(position))).toBe(position.offset + 1n)
    expect(freshness.appliedAt).toBeGreaterThan(0)
    await store.runner.stop()
    const next = await emitter.emit({ kind: 'agent', op: 'LEFT', role: 'r' })
    await expect(store.view.waitFor([next.position], 20)).rejects.toMatchObject({
      code: 'VIEW_STALE',
    })
  })

  it('get the answer of their own process while Redis is away, and are told so', async () => {
    const { bus, server, store } = await scene()
    const projection = createHotProjection()
    const runner = createRunner({ ...bus, projection, logger: silentLogger })
    await runner.start()
    undo.push(() => runner.stop())
    await runner.caughtUp(60_000)
    const reader: HotReader = createFallbackHotReader({
      primary: store.view,
      fallback: { view: projection.view, freshness: () => runner.progress.freshness },
      clock: systemClock(),
      retryMs: 50,
    })
    const ask = async () => {
      const { value, source, freshness } = await reader.recentDecisions(SCOPE, 5)
      return { source, value, applied: freshness.applied.size > 0 }
    }
    const before = await ask()
    expect(before).toMatchObject({ source: 'redis', applied: true })
    await server.kill()
    expect(await ask()).toEqual({ ...before, source: 'in-process' })
    await emitSome(bus, 'c', 1)
    await stalledWith(store.runner, /does not serve/)
    undo.push(await startRedis({ ...server.endpoint }).then((again) => () => again.kill()))
    await heals(bus, store)
    await until(async () => (await ask()).source === 'redis')
    expect((await ask()).value[0]?.event.agent).toBe('c')
  })

  it('may be of any kind: values are JSON, lists are bounded, collections expire by kind', async () => {
    const { bus, store, stranger, keys } = await scene()
    await emitSome(bus, 'a', 300)
    await store.runner.caughtUp(60_000)
    const holdings = await keys(':holdings:')
    const held = await Promise.all(holdings.map((key) => stranger.hget(key, 'a/SPX')))
    expect(held.filter((text) => text !== null).map((text): unknown => JSON.parse(text))).toEqual([
      {
        agent: 'a',
        instrument: 'SPX',
        quantity: '0.00000033',
        cash: '-0.00000033',
        fees: '0',
        fills: 330,
      },
    ])
    const lists = await keys('decisions:')
    for (const list of lists) expect(await stranger.llen(list)).toBeLessThanOrEqual(256)
    const [newest] = await stranger.lrange((await keys(':agent-decisions:'))[0]!, -1, -1)
    expect(JSON.parse(newest!)).toMatchObject({
      position: expect.stringMatching(/^waggle\.decisions\.v1\/\d@\d+$/),
      known_from: expect.any(Number),
      event: { kind: 'decision', action: 'LONG' },
    })
    for (const list of lists) expect(await stranger.ttl(list)).toBeGreaterThan(0)
    for (const key of [...holdings, ...(await keys(':states:'))])
      expect(await stranger.ttl(key)).toBe(-1)
  })
})
