import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { seededRandom, silentLogger, systemClock } from '@waggle/base'
import { createCodec, WriterSchema, avroTypeOf } from '@waggle/codec'
import { createRunner, emptyAdmission, judgeBatch } from '@waggle/consume'
import { createEmitter } from '@waggle/emit'
import { PARTITIONS, SCHEMAS, type AvroRecord } from '@waggle/event'
import { openLmdbLog } from '@waggle/log/lmdb'
import { createLogRegistry } from '@waggle/registry'
import {
  createAnalyticsProjection,
  createAnalyticsView,
  insertOf,
  planInserts,
  type AnalyticsStore,
} from '@waggle/view-analytics'
import { openChdbStore } from '@waggle/view-analytics/chdb'
import { memoryBus, START, SWARM } from '../support/memory-bus.ts'
import { killRounds } from '../support/kill-rounds.ts'

const CHILD = fileURLToPath(new URL('./analytics-child.ts', import.meta.url))
const KILLS = killRounds(2, 8)

let folder: string
let store: AnalyticsStore | undefined
beforeEach(async () => void (folder = await mkdtemp(join(tmpdir(), 'waggle-analytics-'))))
afterEach(async () => {
  await store?.close()
  store = undefined
  await rm(folder, { recursive: true, force: true })
})

describe('the ClickHouse projection', () => {
  it('has every row once after kill -9 at random times, with other batch sizes each time', async () => {
    const clock = systemClock()
    const log = await openLmdbLog({ path: join(folder, 'log'), topics: PARTITIONS, clock })
    const codec = createCodec(createLogRegistry({ log }))
    await codec.register()
    const count = 3000
    for (const agent of ['a', 'b', 'c']) {
      const emitter = createEmitter({ log, codec, clock, swarm: SWARM, agent, session: agent })
      for (let i = 0; i < count / 3; i += 100) {
        await emitter.emitAll(
          Array.from(
            { length: 100 },
            (_, n) =>
              ({
                kind: 'vote',
                proposal: `p${(i + n) % 7}`,
                choice: 'approve',
                confidence: 1,
              }) as const,
          ),
        )
      }
    }
    await log.close()
    const random = seededRandom(7)
    for (let round = 0; round <= KILLS; round++) {
      const child = spawn(process.execPath, [
        CHILD,
        folder,
        String(5 + Math.floor(random.next() * 60)),
      ])
      const exit = once(child, 'exit')
      await once(child.stdout, 'data')
      if (round === KILLS) await exit
      else {
        await clock.sleep(random.next() * 300)
        child.kill('SIGKILL')
        await exit
      }
    }
    store = await openChdbStore(join(folder, 'clickhouse'))
    const [row] = await store.rows<Record<string, string>>(
      'SELECT count() AS n, uniqExact(id) AS ids, uniqExact(_partition, _offset) AS positions FROM votes',
    )
    expect(row).toEqual({ n: String(count), ids: String(count), positions: String(count) })
  })

  it('holds what was emitted, field by field', async () => {
    const bus = await memoryBus()
    const emitter = bus.emitter('a', { run: 'r' })
    const cause = '0191f000-0000-7000-8000-000000000009'
    await emitter.emitAll([
      {
        kind: 'bar',
        instrument: 'SPX',
        interval: 'P1D',
        open: 1_469_250_000_000n,
        high: -5n,
        low: 0n,
        close: 12_345_678_901_234_567_890_123n,
        volume: 7n,
      },
      {
        kind: 'observation',
        domain: 'd',
        source: 's',
        content: 'é "quoted" \\ ✓',
        features: { rsi: 3.5, 'a b': -0.25 },
        cause,
      },
      {
        kind: 'proposal',
        proposal: 'p',
        question: '?',
        electorate: [{ agent: 'x', weight: 1.5 }],
        deadline_at: START + 5,
      },
    ])
    store = await openChdbStore(join(folder, 'clickhouse'))
    const runner = createRunner({
      ...bus,
      projection: createAnalyticsProjection(store),
      logger: silentLogger,
    })
    await runner.start()
    await runner.caughtUp(30_000)
    await runner.stop()
    const view = createAnalyticsView(store)
    expect(
      await view.query('SELECT open, high, close, occurred_at, _known_from, _late FROM bars'),
    ).toEqual([
      {
        open: '1469.25',
        high: '-0.000000005',
        close: '12345678901234.567890123',
        occurred_at: '2020-01-01 00:00:00.000000',
        _known_from: '2020-01-01 00:00:00.000000',
        _late: false,
      },
    ])
    expect(
      await view.query('SELECT content, features, cause, run, agent, seq FROM observations'),
    ).toEqual([
      {
        content: 'é "quoted" \\ ✓',
        features: { rsi: 3.5, 'a b': -0.25 },
        cause,
        run: 'r',
        agent: 'a',
        seq: '2',
      },
    ])
    expect(
      await view.query(
        'SELECT electorate, options, quorum FROM proposals WHERE proposal = {p:String}',
        { p: 'p' },
      ),
    ).toEqual([
      { electorate: [{ agent: 'x', weight: 1.5 }], options: ['approve', 'reject'], quorum: 0.67 },
    ])
    expect((await view.counts())['bars']).toBe(1)
  })

  it('takes rows of an older schema, and is only read by analysts', async () => {
    const newest = SCHEMAS.signal as AvroRecord
    const older = {
      ...newest,
      fields: newest.fields.filter(({ name }) => name !== 'strength'),
    } as AvroRecord
    const bus = await memoryBus()
    const { event } = await bus
      .emitter('a')
      .emit({ kind: 'signal', domain: 'd', severity: 'LOW', confidence: 0.5, strength: 9 })
    const frame = Buffer.concat([
      Buffer.from([0, 0, 0, 0, 77]),
      avroTypeOf(older).toBuffer({ ...event, seq: 2 }),
    ])
    const writer = new WriterSchema(77, older, avroTypeOf(newest))
    const codec = {
      ...bus.codec,
      writerOf: (bytes: Uint8Array) => (bytes[4] === 77 ? writer : bus.codec.writerOf(bytes)),
      load: async () => writer,
    }
    await bus.log.append([{ topic: 'waggle.signals.v1', partition: 0, key: 'k', value: frame }])
    const at = { topic: 'waggle.signals.v1', partition: 0 }
    const records = await bus.log.read({ ...at, offset: 0n }, 10)
    const judged = await judgeBatch(codec, emptyAdmission(), { ...at, records })
    store = await openChdbStore(join(folder, 'clickhouse'))
    const projection = createAnalyticsProjection(store)
    await projection.checkpoints()
    for (const plan of planInserts(judged.admitted)) await store.insertAvro(insertOf(plan, at))
    const view = createAnalyticsView(store)
    expect(await view.query('SELECT domain, strength FROM signals WHERE seq = 2')).toEqual([
      { domain: 'd', strength: 0 },
    ])
    const rows = () => view.query('SELECT count() AS n FROM signals')
    const before = await rows()
    const forbidden = [
      'INSERT INTO agents SELECT * FROM agents',
      'DROP TABLE agents',
      'SELECT 1; SELECT 2',
      `SELECT * FROM file('/etc/passwd', 'LineAsString')`,
      'SET max_threads = 1',
    ]
    for (const sql of forbidden)
      await expect(view.query(sql)).rejects.toMatchObject({
        code: expect.stringMatching(/INPUT_INVALID|VIEW_UNAVAILABLE|BYTES_MALFORMED/),
      })
    expect(await rows()).toEqual(before)
  })

  it('does not start on tables that would lose or double rows', async () => {
    store = await openChdbStore(join(folder, 'clickhouse'))
    await createAnalyticsProjection(store).checkpoints()
    await store.command('DROP TABLE votes SYNC')
    await store.command('CREATE TABLE votes (x Int32) ENGINE = MergeTree ORDER BY x')
    await expect(createAnalyticsProjection(store).checkpoints()).rejects.toMatchObject({
      code: 'VIEW_MISCONFIGURED',
      input: 'votes',
    })
  })
})
