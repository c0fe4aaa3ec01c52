import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { silentLogger } from '@waggle/base'
import { createRunner } from '@waggle/consume'
import { createAnalyticsProjection, type AnalyticsStore } from '@waggle/view-analytics'
import { openChdbStore } from '@waggle/view-analytics/chdb'
import { startRedis } from '@waggle-infra/native/redis'
import { describe, expect, it } from 'vitest'
import { memoryBus, SWARM, type MemoryBus } from '../support/memory-bus.ts'
import { randomPrefix, resolveNativeRedis } from '../support/redis.ts'
import { emitSome, runStore, truthOf } from '../support/redis-faults.ts'
import { undoAfterEach } from '../support/undo.ts'

const WAIT_MS = 60_000
const native = await resolveNativeRedis()
const undo = undoAfterEach()

describe.skipIf(native === undefined)('the hot view in Redis, in a newer version', () => {
  it('is built beside the older one, which serves on until the next start drops it', async () => {
    const bus = await memoryBus()
    const server = await startRedis()
    undo.push(() => server.kill())
    const stranger = new Redis({ ...server.endpoint, protocol: 2 })
    undo.push(() => stranger.disconnect())
    const prefix = randomPrefix()
    await stranger.set(`${prefix}-other:{a/1}:note`, 'not ours')
    await stranger.hset(`${prefix}:{waggle.fills.v1/0}:position`, 'next_offset', '7')
    const open = async (version: number) => {
      const options = { prefix, version }
      const store = await runStore(bus, { endpoints: [server.endpoint] }, options)
      await store.runner.caughtUp(WAIT_MS)
      return store
    }
    const scope = { swarm: SWARM, run: null }
    await emitSome(bus, 'a', 20)
    const old = await open(1)
    undo.push(() => old.stop())
    const truth = await truthOf(bus)
    expect(await old.projection.digest()).toBe(truth)

    const next = await open(2)
    expect(await next.projection.digest()).toBe(truth)
    expect(await old.projection.digest()).toBe(truth)
    expect((await old.view.recentDecisions(scope, 1)).value).toHaveLength(1)
    await next.stop()
    await old.runner.stop()

    const again = await open(2)
    undo.push(() => again.stop())
    expect(await again.projection.digest()).toBe(truth)
    expect((await old.view.recentDecisions(scope, 1)).value).toEqual([])
    const left = await stranger.keys(`${prefix}*`)
    expect(left.filter((key) => !key.startsWith(`${prefix}:v2.`))).toEqual([
      `${prefix}-other:{a/1}:note`,
    ])
  })
})

describe('ClickHouse, in a newer version', () => {
  const folders = (): string => {
    const folder = mkdtempSync(join(tmpdir(), 'waggle-version-'))
    undo.push(() => rmSync(folder, { recursive: true, force: true }))
    return folder
  }

  async function project(bus: MemoryBus, store: AnalyticsStore, version: number): Promise<string> {
    const projection = createAnalyticsProjection(store, { version })
    const runner = createRunner({ ...bus, projection, logger: silentLogger })
    await runner.start()
    try {
      await runner.caughtUp(WAIT_MS)
      return await projection.digest()
    } finally {
      await runner.stop()
    }
  }

  it('drops what an older one made and projects the log again, once', async () => {
    const bus = await memoryBus()
    await emitSome(bus, 'a', 5)
    const store = await openChdbStore(folders())
    undo.push(() => store.close())
    const made = await project(bus, store, 1)
    // A row that no version would make: what is kept shows by it, and what is made anew.
    const planted = async (): Promise<number> => {
      const rows = await store.rows(`SELECT 1 FROM decisions WHERE action = 'PLANTED'`)
      return rows.length
    }
    const plant = (): Promise<void> =>
      store.command(
        `INSERT INTO decisions SELECT * REPLACE ('PLANTED' AS action, 0 AS _offset) FROM decisions LIMIT 1`,
      )
    await plant()
    expect(await project(bus, store, 1)).not.toBe(made)
    expect(await planted()).toBe(1)
    expect(await project(bus, store, 2)).toBe(made)
    expect(await planted()).toBe(0)
    await plant()
    await project(bus, store, 2)
    expect(await planted()).toBe(1)
  })

  it('does not drop what other processes may be writing to', async () => {
    const bus = await memoryBus()
    await emitSome(bus, 'a', 1)
    const { owned: _owned, ...shared } = await openChdbStore(folders())
    undo.push(() => shared.close())
    // Nothing was made by another version yet.
    await project(bus, shared, 1)
    const projection = createAnalyticsProjection(shared, { version: 2 })
    await expect(projection.checkpoints()).rejects.toMatchObject({ code: 'VIEW_MISCONFIGURED' })
  })
})
