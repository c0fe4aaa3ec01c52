import { Redis } from 'ioredis'
import { describe, expect, it } from 'vitest'
import { partitionsOf } from '@waggle/log'
import { HOT_TOPICS } from '@waggle/view-hot'
import { startRedis, startRedisCluster, type NativeRedis } from '@waggle-infra/native/redis'
import { batchesOf } from '../support/hot-feed.ts'
import { memoryBus, type MemoryBus } from '../support/memory-bus.ts'
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
import { resolveNativeRedis } from '../support/redis.ts'

const native = await resolveNativeRedis()

const undo = undoAfterEach()

async function serve(options: Parameters<typeof startRedis>[0] = {}): Promise<NativeRedis> {
  const server = await startRedis(options)
  undo.push(() => server.kill())
  return server
}

async function run(bus: MemoryBus, server: NativeRedis, password?: string): Promise<RunningStore> {
  const redis = { endpoints: [server.endpoint], ...(password === undefined ? {} : { password }) }
  const store = await runStore(bus, redis)
  undo.push(() => store.stop())
  return store
}

/** A client of the operator's, beside ours. */
function operator(server: NativeRedis): Redis {
  const client = new Redis({ ...server.endpoint, protocol: 2 })
  client.on('error', () => {})
  undo.push(() => client.disconnect())
  return client
}

async function applyNext(bus: MemoryBus, { projection }: RunningStore): Promise<void> {
  for (const at of partitionsOf(bus.log, HOT_TOPICS))
    for (const batch of await batchesOf(bus, at, [])) await projection.apply(batch)
}

describe.skipIf(native === undefined)('Redis in trouble', () => {
  it.each([
    ['keeps its file', { appendonly: 'yes', appendfsync: 'everysec' }],
    ['forgets everything', { appendonly: 'no' }],
  ])('killed while it is written to: the view is whole again when it %s', async (_name, config) => {
    const bus = await memoryBus()
    const server = await serve({ config })
    const store = await run(bus, server)
    const emitting = emitSome(bus, 'busy', 400)
    await until(async () => (await store.view.recentDecisions(SCOPE, 1)).value.length > 0)
    await server.kill()
    await stalledWith(store.runner, /ECONNREFUSED|closed/i)
    await emitting
    await serve({ ...server.endpoint, folder: server.folder, config })
    await store.runner.caughtUp(60_000)
    await heals(bus, store)
    expect((await store.view.holding(SCOPE, 'busy', 'SPX')).value?.fills).toBe(400)
  })

  it('missing at the start: the projection waits for it', async () => {
    const bus = await memoryBus()
    const server = await startRedis()
    await server.stop()
    const store = await run(bus, server)
    await emitSome(bus, 'early', 10)
    await stalledWith(store.runner, /ECONNREFUSED/)
    await serve({ ...server.endpoint })
    await store.runner.caughtUp(60_000)
    await heals(bus, store)
  })

  it('hanging: reads and writes end with a typed error, and go on when it answers again', async () => {
    const bus = await memoryBus()
    const server = await serve()
    const store = await run(bus, server)
    await emitSome(bus, 'first', 5)
    await store.runner.caughtUp(60_000)
    server.freeze()
    undo.push(() => server.thaw())
    await expect(store.view.clock(SCOPE)).rejects.toMatchObject({ code: 'VIEW_UNAVAILABLE' })
    await emitSome(bus, 'second', 5)
    await stalledWith(store.runner, /does not serve/)
    await expect(applyNext(bus, store)).rejects.toMatchObject({ code: 'VIEW_UNAVAILABLE' })
    server.thaw()
    await store.runner.caughtUp(60_000)
    await heals(bus, store)
  })

  it.each([
    ['a replica', /READONLY/, 'REPLICAOF 127.0.0.1 1', 'REPLICAOF NO ONE'],
    ['without its replicas', /NOREPLICAS/, ...settings('min-replicas-to-write', '1', '0')],
    ['out of memory', /OOM/, ...settings('maxmemory', '1', '0')],
  ] as const)('%s: refuses writes whole and takes them later', async (_name, reason, on, off) => {
    const bus = await memoryBus()
    const server = await serve()
    const store = await run(bus, server)
    await emitSome(bus, 'first', 20)
    await store.runner.caughtUp(60_000)
    const client = operator(server)
    await command(client, on)
    await emitSome(bus, 'second', 20)
    await stalledWith(store.runner, reason)
    await command(client, off)
    await store.runner.caughtUp(60_000)
    await heals(bus, store)
  })

  it('asking for a password: says so, and takes the right one', async () => {
    const bus = await memoryBus()
    const server = await serve({ config: { requirepass: 'honey' } })
    await emitSome(bus, 'a', 5)
    await stalledWith((await run(bus, server)).runner, /NOAUTH/)
    await stalledWith((await run(bus, server, 'wax')).runner, /WRONGPASS/)
    const store = await run(bus, server, 'honey')
    await store.runner.caughtUp(60_000)
    await heals(bus, store)
  })

  it('a node of the cluster dies with its data: its partitions are projected again', async () => {
    const bus = await memoryBus()
    const cluster = await startRedisCluster()
    undo.push(() => cluster.stop())
    const redis = { endpoints: cluster.endpoints, cluster: true }
    const store = await runStore(bus, redis)
    undo.push(() => store.stop())
    await emitSome(bus, 'first', 20)
    await store.runner.caughtUp(60_000)
    const [node] = cluster.nodes
    await node!.kill()
    await emitSome(bus, 'second', 20)
    await stalledWith(store.runner, /does not serve/)
    const config = { 'cluster-enabled': 'yes', 'cluster-node-timeout': '2000' }
    await serve({ ...node!.endpoint, folder: node!.folder, config })
    await heals(bus, store)
  })
})

function settings(name: string, on: string, off: string): [string, string] {
  return [`CONFIG SET ${name} ${on}`, `CONFIG SET ${name} ${off}`]
}

async function command(client: Redis, text: string): Promise<void> {
  const [name = '', ...args] = text.split(' ')
  await client.call(name, ...args)
}
