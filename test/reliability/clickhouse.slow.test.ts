import { rm } from 'node:fs/promises'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { seededRandom, silentLogger, systemClock } from '@waggle/base'
import { createRunner, type ProjectionRunner, type RunnerStatus } from '@waggle/consume'
import { createAnalyticsProjection, type AnalyticsStore } from '@waggle/view-analytics'
import { openHttpStore } from '@waggle/view-analytics/clickhouse'
import {
  CLICKHOUSE_USERS,
  startClickHouse,
  type ClickHouseServer,
} from '@waggle-infra/native/clickhouse'
import { freshHttpStore } from '../support/clickhouse.ts'
import { memoryBus, type MemoryBus } from '../support/memory-bus.ts'

const KILLS = Number(process.env['WAGGLE_KILLS'] ?? 5)
const TIMEOUT_MS = 1500
const VOTES = 4000

const clock = systemClock()
let server: ClickHouseServer
let store: AnalyticsStore
let bus: MemoryBus
let runner: ProjectionRunner
let databases = 0
let database: string

beforeAll(async () => void (server = await startClickHouse()))
afterAll(async () => {
  await server.stop()
  await rm(server.folder, { recursive: true, force: true })
})
beforeEach(async () => {
  const options = {
    url: server.url,
    username: 'writer',
    password: 'writer-secret',
    timeoutMs: TIMEOUT_MS,
  }
  database = `db_${databases++}`
  store = await freshHttpStore(options, database)
  bus = await memoryBus()
  // Small batches and the wall clock, so that faults fall between and into inserts.
  runner = createRunner({
    ...bus,
    clock,
    projection: createAnalyticsProjection(store),
    logger: silentLogger,
    batchRecords: 25,
  })
})
afterEach(async () => {
  server.thaw()
  await runner.stop()
  await store.close()
})

async function emitVotes(count = VOTES): Promise<void> {
  for (const agent of ['a', 'b', 'c', 'd']) {
    await bus.emitter(agent, { session: `${agent}-${count}` }).emitAll(
      Array.from({ length: count / 4 }, (_, n) => ({
        kind: 'vote' as const,
        proposal: `p${n % 11}`,
        choice: 'approve',
        confidence: 1,
      })),
    )
  }
}

/** Waits until the runner says so; a runner that cannot get there fails the test by its timeout. */
async function until(test: (status: RunnerStatus) => boolean): Promise<RunnerStatus> {
  for (;;) {
    const status = await runner.status()
    if (test(status)) return status
    await clock.sleep(5)
  }
}

async function applied(): Promise<number> {
  const { applied: positions } = await runner.status()
  return [...positions.values()].reduce((sum, offset) => sum + Number(offset), 0)
}

async function expectWhole(count = VOTES): Promise<void> {
  await runner.caughtUp(60_000)
  const [row] = await store.rows(
    'SELECT toInt32(count()) AS n, toInt32(uniqExact(id)) AS ids, toInt32(uniqExact(_partition, _offset)) AS at FROM votes',
  )
  expect(row).toEqual({ n: count, ids: count, at: count })
  const digest = await runner.projection.digest()
  await runner.rebuild()
  expect(await runner.projection.digest()).toBe(digest)
}

describe('the projection into ClickHouse over HTTP', () => {
  it('has every row once after its server was killed and started in the middle of inserts', async () => {
    await emitVotes()
    await runner.start()
    const random = seededRandom(11)
    for (let round = 1; round <= KILLS; round++) {
      const goal = Math.floor((VOTES * round) / (KILLS + 2))
      while ((await applied()) < goal) await clock.sleep(2)
      await clock.sleep(random.next() * 10)
      await server.kill()
      await until(({ state }) => state === 'stalled')
      server = await server.restart()
    }
    await expectWhole()
  })

  it('says why while its server is gone, and goes on by itself', async () => {
    await emitVotes(400)
    await server.stop()
    await runner.start()
    const { reason } = await until(({ state }) => state === 'stalled')
    expect(reason).toContain('ECONNREFUSED')
    server = await server.restart()
    await expectWhole(400)
  })

  it('gives up on a frozen server in time, and doubles nothing when it thaws', async () => {
    await emitVotes()
    await runner.start()
    while ((await applied()) < VOTES / 4) await clock.sleep(2)
    server.freeze()
    const { reason } = await until(({ state }) => state === 'stalled')
    expect(reason).toMatch(/timeout/i)
    server.thaw()
    await expectWhole()
  })

  it.each([
    [
      'refuses its password',
      [{ ...CLICKHOUSE_USERS[0]!, password: 'changed' }],
      'AUTHENTICATION_FAILED',
    ],
    [
      'lets it only read',
      [{ ...CLICKHOUSE_USERS[0]!, role: 'analyst' as const }],
      'READONLY|ACCESS_DENIED',
    ],
  ])('waits while its server %s', async (_what, users, expected) => {
    await emitVotes()
    await runner.start()
    while ((await applied()) < VOTES / 4) await clock.sleep(2)
    await server.stop()
    server = await server.restart({ users, database })
    const { reason } = await until((status) => new RegExp(expected).test(status.reason ?? ''))
    expect(reason).toMatch(/^ClickHouse /)
    await server.stop()
    server = await server.restart({ users: CLICKHOUSE_USERS, database: 'default' })
    await expectWhole()
  })

  it('takes a database that is missing for a fault to wait for', async () => {
    await store.close()
    const missing = openHttpStore({
      url: server.url,
      username: 'writer',
      password: 'writer-secret',
      database: 'not_there',
    })
    await expect(missing.rows('SELECT 1')).rejects.toMatchObject({ code: 'VIEW_UNAVAILABLE' })
    await missing.close()
  })
})
