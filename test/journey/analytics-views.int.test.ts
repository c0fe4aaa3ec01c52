import { readFile } from 'node:fs/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { seededRandom, silentLogger } from '@waggle/base'
import {
  deadLetterRecord,
  knownEventOf,
  readAdmitted,
  readDeadLetters,
  sourceOf,
  type KnownEvent,
} from '@waggle/consume'
import { EVENT_TOPICS } from '@waggle/event'
import { partitionsOf } from '@waggle/log'
import {
  clusterStatements,
  createAnalyticsProjection,
  createAnalyticsView,
  createDeadLetterFeed,
  readMigrations,
  statementsOf,
  swarmAnalyst,
  type AnalyticsStore,
} from '@waggle/view-analytics'
import { analyticsScene, type AnalyticsScene } from '../support/analytics-scene.ts'
import { memoryBus, SWARM, type MemoryBus } from '../support/memory-bus.ts'

let scene: AnalyticsScene
let store: AnalyticsStore
beforeEach(async () => {
  scene = await analyticsScene()
  ;({ store } = scene)
})
afterEach(() => scene.close())

/** Everything the log admits, in the order in which the swarm learned it. */
async function admittedEvents(bus: MemoryBus): Promise<KnownEvent[]> {
  const events: KnownEvent[] = []
  for (const end of await bus.log.ends(partitionsOf(bus.log, EVENT_TOPICS)))
    for await (const batch of readAdmitted(bus, end)) events.push(...batch.map(knownEventOf))
  return events.sort(
    (a, b) =>
      a.knownFrom - b.knownFrom ||
      a.position.partition - b.position.partition ||
      Number(a.position.offset - b.position.offset),
  )
}

describe('the views of the newest', () => {
  it('hold what a fold in TypeScript keeps', async () => {
    const bus = await memoryBus()
    const random = seededRandom(3)
    const oneOf = <T>(...values: T[]): T => values[Math.floor(random.next() * values.length)]!
    for (let n = 0; n < 300; n++) {
      const emitter = bus.emitter(oneOf('a', 'b'), {
        run: oneOf(null, 'r'),
        session: `s${n}`,
      })
      const instrument = oneOf('SPX', 'NDX', null)
      // Some claim to have been known earlier than what came before.
      bus.clock.advance(Math.floor(random.next() * 3))
      await emitter.emitAll([
        { kind: 'signal', domain: 'd', severity: 'LOW', confidence: 0.5, strength: n, instrument },
        { kind: 'observation', domain: oneOf('x', 'y'), source: 's', content: `${n}`, instrument },
        {
          kind: 'decision',
          action: `act ${n}`,
          context: '',
          reasoning: '',
          confidence: 1,
          instrument,
        },
      ])
    }
    await scene.project(bus)
    const events = await admittedEvents(bus)
    const view = createAnalyticsView(store)
    for (const [kind, table, key] of [
      ['signal', 'latest_signals', ['run', 'agent', 'instrument']],
      ['decision', 'latest_decisions', ['run', 'agent', 'instrument']],
      ['observation', 'latest_observations', ['run', 'agent', 'domain', 'instrument']],
    ] as const) {
      const newest = new Map<string, string>()
      for (const { event } of events) {
        if (event.kind !== kind) continue
        const fields = event as unknown as Record<string, unknown>
        newest.set(JSON.stringify(key.map((name) => fields[name])), event.id)
      }
      const rows = await view.query<Record<string, string | null>>(
        `SELECT id, ${key.join(', ')} FROM ${table} WHERE swarm = {swarm:String}`,
        { swarm: SWARM },
      )
      const found = new Map(
        rows.map((row) => [JSON.stringify(key.map((name) => row[name])), row['id']]),
      )
      expect(newest.size).toBeGreaterThan(8)
      expect(found.size).toBe(rows.length)
      expect(found).toEqual(newest)
    }
  })
})

describe('the table of dead letters', () => {
  it('has each refusal once, with its bytes, whatever is appended twice, stopped or rebuilt', async () => {
    const bus = await memoryBus()
    const emitter = bus.emitter('a')
    await emitter.emit({ kind: 'vote', proposal: 'p', choice: 'c', confidence: 1 })
    const bytes = Buffer.from([0, 255, 195, 40, 59, 10])
    const at = { topic: 'waggle.votes.v1', partition: 1 }
    const letter = (offset: bigint, stage: string) =>
      deadLetterRecord({
        source: { ...at, offset, key: `k'${offset}`, value: bytes, headers: {} },
        stage,
        code: 'FRAME_INVALID',
        reason: `not "a" frame; ${offset}`,
      })
    const first = Array.from({ length: 1500 }, (_, n) => letter(BigInt(n), 'admission'))
    await bus.log.append(first)
    const feed = createDeadLetterFeed({ ...bus, store, logger: silentLogger })
    await feed.start()
    await feed.caughtUp(60_000)
    await feed.stop()
    await bus.log.append([letter(7n, 'admission'), letter(7n, 'hot'), letter(2000n, 'admission')])
    await feed.start()
    await feed.caughtUp(60_000)
    const expected: unknown[] = []
    for await (const record of readDeadLetters(bus.log)) {
      expected.push({
        offset: String(sourceOf(record.headers)!.offset),
        stage: record.headers['dlq-stage'],
        key: record.key,
        reason: record.headers['dlq-reason'],
        bytes: record.value.toString('hex').toUpperCase(),
      })
    }
    const rows = (): Promise<unknown[]> =>
      createAnalyticsView(store).query(
        'SELECT offset, stage, key, reason, hex(bytes) AS bytes FROM dead_letters FINAL ORDER BY _offset',
      )
    expect(expected).toHaveLength(1502)
    expect(await rows()).toEqual(expected)
    expect(await store.rows('SELECT toInt32(count()) AS n FROM dead_letters')).toEqual([
      { n: 1502 },
    ])
    await feed.rebuild()
    await feed.caughtUp(60_000)
    expect(await rows()).toEqual(expected)
    await feed.stop()
  })
})

describe('rows that expire', () => {
  it('go after the days of their table, which can be changed and taken away', async () => {
    const bus = await memoryBus()
    await bus.emitter('a').emit({ kind: 'vote', proposal: 'p', choice: 'c', confidence: 1 })
    await scene.project(bus)
    const migrated = async (ttlDays: Record<string, number>): Promise<string> => {
      await createAnalyticsProjection(store, { ttlDays }).checkpoints()
      const [row] = await store.rows<{ q: string }>(
        `SELECT create_table_query AS q FROM system.tables WHERE name = 'votes'`,
      )
      return row!.q
    }
    expect(await migrated({})).not.toContain('TTL')
    expect(await migrated({ votes: 20_000 })).toContain('toIntervalDay(20000)')
    expect(await migrated({ votes: 9_000 })).toContain('toIntervalDay(9000)')
    expect(await migrated({ votes: 0 })).not.toContain('TTL')
    // The memory bus begins in 2020.
    await migrated({ votes: 1 })
    await store.command('OPTIMIZE TABLE votes FINAL')
    expect((await createAnalyticsView(store).counts())['votes']).toBe(0)
    await expect(migrated({ votes: 30_000 })).rejects.toMatchObject({ code: 'CONFIG_INVALID' })
    await expect(migrated({ nothing: 1 })).rejects.toMatchObject({ code: 'CONFIG_INVALID' })
  })
})

describe('SQL for servers we have not', () => {
  it('is understood by the parser of ClickHouse', async () => {
    const analyst = { name: 'bees_analyst', password: 'p', swarm: `b'ees\\`, database: 'waggle' }
    const statements = [
      ...readMigrations().flatMap(({ text }) => statementsOf(text)),
      'DROP TABLE IF EXISTS votes SYNC',
      'ALTER TABLE votes MODIFY TTL toDateTime(_appended_at) + toIntervalDay(1)',
    ].flatMap((statement) => clusterStatements(statement))
    for (const statement of [...statements, ...swarmAnalyst(analyst)]) {
      await expect(store.command(`EXPLAIN AST ${statement}`), statement).resolves.toBeUndefined()
    }
    await expect(store.command('EXPLAIN AST CREATE ROW POLICIES')).rejects.toThrow('Syntax error')
    expect(() => swarmAnalyst({ ...analyst, name: 'a; DROP' })).toThrow('no plain name')
    expect(await readFile('infra/clickhouse/users.xml', 'utf8')).toContain('<readonly>1</readonly>')
  })
})
