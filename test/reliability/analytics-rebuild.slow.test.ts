import { afterAll, describe, expect, it } from 'vitest'
import { silentLogger, systemClock } from '@waggle/base'
import { createRunner, type RowDifference } from '@waggle/consume'
import {
  createAnalyticsProjection,
  createAnalyticsRebuild,
  createAnalyticsView,
  type AnalyticsRebuild,
  type AnalyticsStore,
} from '@waggle/view-analytics'
import { openHttpStore } from '@waggle/view-analytics/clickhouse'
import { analyticsScene } from '../support/analytics-scene.ts'
import { freshHttpStore, resolveClickHouse } from '../support/clickhouse.ts'
import { memoryBus, type MemoryBus } from '../support/memory-bus.ts'
import { emitSome, until } from '../support/redis-faults.ts'
import { undoAfterEach } from '../support/undo.ts'

const server = await resolveClickHouse()
const undo = undoAfterEach()
afterAll(() => server?.stop())

const WHOLE = { resume: false, onProgress: () => {} }
const WAIT_MS = 60_000
/** Some forty tables are made again for every shadow. */
const SLOWLY = { timeout: 600_000 }

interface Scene {
  readonly bus: MemoryBus
  readonly store: AnalyticsStore
  readonly rebuild: AnalyticsRebuild
  caughtUp(): Promise<void>
  decisions(): Promise<number>
}

/** A service that fills a database of its own, and the command beside it. */
async function scene(database: string): Promise<Scene> {
  const bus = await memoryBus()
  const store = await freshHttpStore(server!.options, database)
  const projection = createAnalyticsProjection(store)
  const runner = createRunner({
    ...bus,
    clock: systemClock(),
    projection,
    logger: silentLogger,
    batchRecords: 64,
  })
  await runner.start()
  const open = (name: string): AnalyticsStore =>
    openHttpStore({ ...server!.options, database: name })
  const rebuild = createAnalyticsRebuild({ source: bus, clock: systemClock(), database, open })
  undo.push(async () => {
    await runner.stop()
    await rebuild.close()
    await store.close()
  })
  await emitSome(bus, 'a', 20)
  await runner.caughtUp(WAIT_MS)
  const decisions = async (): Promise<number> =>
    (await createAnalyticsView(store).counts())['decisions']!
  return { bus, store, rebuild, caughtUp: () => runner.caughtUp(WAIT_MS), decisions }
}

async function differences(rebuild: AnalyticsRebuild): Promise<RowDifference[]> {
  const found: RowDifference[] = []
  for await (const one of await rebuild.diff()) found.push(one)
  return found
}

/** What the tables must hold: the log projected into others. */
async function truthOf(bus: MemoryBus): Promise<string> {
  const other = await analyticsScene()
  try {
    await other.project(bus)
    return await createAnalyticsView(other.store).digest()
  } finally {
    await other.close()
  }
}

describe.skipIf(server === undefined)('rebuild of the tables of ClickHouse', SLOWLY, () => {
  it('names the rows that are not of the log, takes the place of the tables, and gives it back', async () => {
    const { bus, store, rebuild, caughtUp, decisions } = await scene('rebuilt')
    await rebuild.shadow(WHOLE)
    expect(await differences(rebuild)).toEqual([])
    await store.command(
      `INSERT INTO decisions SELECT * REPLACE ('FORGED' AS action, toDateTime64(0, 6, 'UTC') AS _known_from) FROM decisions WHERE _offset = 7`,
    )
    await store.command(
      'ALTER TABLE decisions DELETE WHERE _offset = 3 SETTINGS mutations_sync = 1',
    )
    const found = await differences(rebuild)
    expect(found.map(({ is, key }) => [is, key.replace(/\/\d+@/, '/p@')])).toEqual([
      ['added', 'decisions/p@3'],
      ['changed', 'decisions/p@7'],
    ])
    expect(found[1]).toMatchObject({ live: expect.stringContaining('FORGED') })
    expect(await decisions()).toBe(20)

    await rebuild.switch()
    expect(await decisions()).toBe(20)
    const digest = (): Promise<string> => createAnalyticsView(store).digest()
    expect(await digest()).toBe(await truthOf(bus))
    await emitSome(bus, 'b', 20)
    await caughtUp()
    expect(await digest()).toBe(await truthOf(bus))
    await rebuild.rollback()
    expect(await decisions()).toBe(40)
    expect(await differences(rebuild)).toHaveLength(2)
    await emitSome(bus, 'c', 20)
    await caughtUp()
    await rebuild.switch()
    await emitSome(bus, 'd', 5)
    await caughtUp()
    expect(await digest()).toBe(await truthOf(bus))
    expect(await rebuild.dropOld()).toBe(1)
    await expect(rebuild.rollback()).rejects.toMatchObject({ code: 'NOT_FOUND' })
    expect(await digest()).toBe(await truthOf(bus))
  })

  it('loses and doubles nothing while events go on, and analysts see the tables only grow', async () => {
    const { bus, store, rebuild, caughtUp, decisions } = await scene('growing')
    let stopping = false
    let rounds = 0
    const emitting = (async () => {
      for (; !stopping; rounds++) {
        await emitSome(bus, 'w', 1)
        await systemClock().sleep(20)
      }
    })()
    const seen: number[] = []
    const reading = (async () => {
      while (!stopping) seen.push(await decisions())
    })()
    await rebuild.shadow(WHOLE)
    for (const step of ['switch', 'rollback', 'switch'] as const) {
      const at = seen.at(-1) ?? 0
      await rebuild[step]()
      await until(() => seen.at(-1)! > at + 3)
    }
    stopping = true
    await Promise.all([emitting, reading])
    await caughtUp()
    expect(seen).toEqual(seen.toSorted((one, other) => one - other))
    expect(await decisions()).toBe(20 + rounds)
    expect(await createAnalyticsView(store).digest()).toBe(await truthOf(bus))
    const twice = `SELECT _partition, _offset FROM decisions GROUP BY ALL HAVING count() > 1`
    expect(await store.rows(twice)).toEqual([])
  })
})
