import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { silentLogger } from '@waggle/base'
import { createRunner, emptyAdmission, type AdmittedRecord } from '@waggle/consume'
import { SCHEMAS, topicOf, type AvroRecord, type WaggleEvent } from '@waggle/event'
import {
  createAnalyticsProjection,
  createAnalyticsView,
  insertOf,
  planInserts,
  TABLE_KINDS,
  TABLES,
  type AnalyticsStore,
  type TableKind,
} from '@waggle/view-analytics'
import { clickhouseValue } from '../support/clickhouse-values.ts'
import { memoryBus, START, type MemoryBus } from '../support/memory-bus.ts'
import { anyEvent } from '../support/sample-events.ts'

/** Gives an empty store. */
export type MakeStore = () => Promise<AnalyticsStore>

/** What every ClickHouse behind the port must do. Tells the digest of the same events, to be compared. */
export function analyticsStoreSuite(
  name: string,
  make: MakeStore,
  onDigest: (digest: string) => void,
): void {
  describe(`rows of the analytical store: ${name}`, () => {
    let store: AnalyticsStore
    beforeAll(async () => void (store = await make()))
    afterAll(() => store.close())

    it.each(TABLE_KINDS)('%s comes back with every field, nulls and extremes', async (kind) => {
      const { events, records } = await sampleRecords(kind)
      // One store for all, and a partition of its own for each kind: some share a topic.
      const at = { topic: topicOf(kind), partition: TABLE_KINDS.indexOf(kind) }
      const projection = createAnalyticsProjection(store)
      const batch = {
        ...at,
        firstOffset: 0n,
        nextOffset: BigInt(records.length),
        admission: emptyAdmission(),
      }
      await projection.apply({ ...batch, events: records })
      const { fields } = SCHEMAS[kind] as AvroRecord
      const rows = await store.rows<object>(
        `SELECT ${fields.map((field) => field.name).join(', ')} FROM ${TABLES[kind].table} ORDER BY _offset`,
      )
      const expected = events.map((event) =>
        Object.fromEntries(
          fields.map((field) => [field.name, clickhouseValue(field.type, event[field.name])]),
        ),
      )
      // Whether a zero is written with its sign is the engine's own affair.
      expect(JSON.parse(JSON.stringify(rows))).toEqual(expected)
    })
  })

  describe(`analytical store: ${name}`, () => {
    let store: AnalyticsStore
    beforeEach(async () => void (store = await make()))
    afterEach(() => store.close())

    it('projects once however often it is told, and the rebuilt view equals the live one', async () => {
      const bus = await mixedBus()
      const project = async (batchRecords: number): Promise<string> => {
        const projection = createAnalyticsProjection(store)
        const runner = createRunner({ ...bus, projection, logger: silentLogger, batchRecords })
        await runner.start()
        await runner.caughtUp(60_000)
        const digest = await projection.digest()
        await runner.stop()
        return digest
      }
      const live = await project(64)
      await store.command('TRUNCATE TABLE checkpoints')
      expect(await project(7)).toBe(live)
      // Counted without FINAL, which would hide what was inserted twice.
      expect(await store.rows('SELECT toInt32(count()) AS n FROM votes')).toEqual([{ n: 200 }])
      const projection = createAnalyticsProjection(store)
      const runner = createRunner({ ...bus, projection, logger: silentLogger })
      await runner.start()
      await runner.rebuild()
      await runner.stop()
      expect(await projection.digest()).toBe(live)
      expect(live).toMatch(/^votes 200 /m)
      onDigest(live)
    })

    it('makes one part of an insert, and drops a repeated token', async () => {
      const { records } = await sampleRecords('vote')
      await createAnalyticsProjection(store).checkpoints()
      const at = { topic: topicOf('vote'), partition: 0 }
      const insert = insertOf(planInserts(records)[0]!, at)
      const count = async (from: string): Promise<number> => {
        const [row] = await store.rows<{ n: string }>(`SELECT count() AS n FROM ${from}`)
        return Number(row?.n)
      }
      const parts = `system.parts WHERE database = currentDatabase() AND table = 'votes' AND active`
      await store.insertAvro(insert)
      expect([await count('votes'), await count(parts)]).toEqual([records.length, 1])
      await store.insertAvro(insert)
      expect(await count('votes')).toBe(records.length)
      // The token alone decides, not what the rows are.
      const fewer = insertOf(planInserts(records.slice(1))[0]!, at)
      await store.insertAvro({ ...fewer, token: insert.token })
      expect(await count('votes')).toBe(records.length)
      await store.insertAvro({ ...insert, token: 'another' })
      expect(await count('votes FINAL')).toBe(records.length)
    })

    it('makes one part of the largest insert that is planned', async () => {
      const { records } = await sampleRecords('observation')
      const { record, ...admitted } = records[0]!
      const { codec } = await memoryBus()
      const [event] = fc.sample(anyEvent('observation'), { numRuns: 1, seed: 1 })
      const value = codec.encode({ ...event, content: 'x'.repeat(900) } as WaggleEvent)
      const many = Array.from({ length: 65_536 }, (_, n) => ({
        ...admitted,
        record: { ...record, value, offset: BigInt(n) },
      }))
      const plans = planInserts(many)
      await createAnalyticsProjection(store).checkpoints()
      for (const plan of plans) await store.insertAvro(insertOf(plan, record))
      // A part is named by the numbers of the inserted blocks in it, also when it was merged.
      const [row] = await store.rows(
        `SELECT toInt32(sum(max_block_number - min_block_number + 1)) AS parts, toInt32(sum(rows)) AS rows
        FROM system.parts WHERE database = currentDatabase() AND table = 'observations' AND active`,
      )
      expect(row).toEqual({ parts: plans.length, rows: many.length })
    })

    it('blames one record by halving, and takes the others', async () => {
      const bus = await memoryBus()
      await createAnalyticsProjection(store).checkpoints()
      await store.command(`ALTER TABLE votes ADD CONSTRAINT known CHECK choice != 'maybe'`)
      const choices = Array.from({ length: 50 }, (_, n) => (n === 17 || n === 33 ? 'maybe' : 'yes'))
      await bus
        .emitter('a')
        .emitAll(choices.map((choice) => ({ kind: 'vote', proposal: 'p', choice, confidence: 1 })))
      const projection = createAnalyticsProjection(store)
      const runner = createRunner({ ...bus, projection, logger: silentLogger })
      await runner.start()
      await runner.caughtUp(60_000)
      const { refused } = await runner.status()
      await runner.stop()
      const rows = await store.rows<{ offset: string }>(
        'SELECT _offset AS offset FROM votes ORDER BY _offset',
      )
      expect(rows.map(({ offset }) => Number(offset))).toEqual(
        choices.flatMap((choice, n) => (choice === 'maybe' ? [] : [n])),
      )
      expect(refused).toBe(2)
      const dead = await bus.log.read(
        { topic: 'waggle.dead-letters.v1', partition: 0, offset: 0n },
        10,
      )
      expect(dead.map(({ headers }) => [headers['dlq-offset'], headers['dlq-code']])).toEqual([
        ['17', expect.stringMatching(/\w/)],
        ['33', expect.stringMatching(/\w/)],
      ])
    })

    it('is whole after a reset that was cut off anywhere', async () => {
      const bus = await memoryBus()
      // Enough for positions to be written down.
      for (let n = 0; n < 22; n++) {
        const emitter = bus.emitter('a', { session: `s${n}` })
        await emitter.emitAll(
          Array.from({ length: 1000 }, (_, i) => ({
            kind: 'vote' as const,
            proposal: `p${i % 50}`,
            choice: 'yes',
            confidence: 1,
          })),
        )
      }
      const caughtUp = async (): Promise<string> => {
        const projection = createAnalyticsProjection(store)
        const runner = createRunner({ ...bus, projection, logger: silentLogger })
        await runner.start()
        await runner.caughtUp(60_000)
        await runner.stop()
        return projection.digest()
      }
      const live = await caughtUp()
      expect(await store.rows('SELECT topic FROM checkpoints')).not.toEqual([])
      const commands = TABLE_KINDS.length + 4
      for (const survives of [0, 1, 2, 3, commands >> 1, commands - 2, commands - 1, commands]) {
        let left = survives
        const dying: AnalyticsStore = {
          ...store,
          command: async (sql) => {
            if (left-- <= 0) throw new Error('killed')
            await store.command(sql)
          },
        }
        await expect(createAnalyticsProjection(dying).reset()).rejects.toThrow('killed')
        expect(await caughtUp(), `after ${survives} commands`).toBe(live)
      }
    })

    it('lets analysts read tables, and nothing else', async () => {
      await createAnalyticsProjection(store).checkpoints()
      const view = createAnalyticsView(store)
      const [file] = ['/etc/hostname']
      const content = readFileSync(file!, 'utf8').trim()
      expect(await view.query(`SELECT {t:String} AS t, ';' AS s`, { t: 'a;b' })).toEqual([
        { t: 'a;b', s: ';' },
      ])
      for (const sql of [
        `SELECT * FROM file('${file}', 'LineAsString')`,
        `SELECT file('${file}') AS x`,
        `SELECT 1 AS x WHERE '${content}' IN file('${file}')`,
        `WITH file('${file}') AS f SELECT f`,
        `SELECT * FROM \`${file}\``,
        `SELECT * FROM url('http://127.0.0.1:1/', 'CSV', 'a String')`,
        `SELECT 1 INTO OUTFILE '/tmp/waggle-never-written'`,
        `SELECT 1) INTO OUTFILE '/tmp/waggle-never-written' --`,
        'SELECT 1; SELECT 2',
        'INSERT INTO agents SELECT * FROM agents',
        'DROP TABLE agents',
      ])
        await expect(view.query(sql), sql).rejects.toMatchObject({ code: 'INPUT_INVALID' })
      await expect(view.query('SELECT * FROM {t:Identifier}', { t: file })).rejects.toMatchObject({
        code: 'INPUT_INVALID',
      })
    })
  })
}

type AnyEvent = Readonly<Record<string, unknown>>

async function sampleRecords(
  kind: TableKind,
): Promise<{ events: AnyEvent[]; records: AdmittedRecord[] }> {
  const { codec } = await memoryBus()
  const events = fc.sample(anyEvent(kind), { numRuns: 60, seed: 7 })
  const records = events.map((event, index) => {
    const value = codec.encode(event)
    const writer = codec.writerOf(value)!
    const offset = BigInt(index)
    const at = { topic: topicOf(kind), partition: 0, offset }
    return {
      record: { ...at, key: 'k', value, headers: {}, appendedAt: START },
      writer,
      knownFrom: START + index,
      late: index % 2 === 0,
    } as AdmittedRecord
  })
  return { events: events as unknown as AnyEvent[], records }
}

/** Votes over many proposals, signals and observations of several agents. */
async function mixedBus(): Promise<MemoryBus> {
  const bus = await memoryBus()
  for (const agent of ['a', 'b']) {
    await bus
      .emitter(agent)
      .emitAll(
        Array.from({ length: 100 }, (_, n) => [
          { kind: 'vote', proposal: `p${n % 7}`, choice: 'approve', confidence: n / 100 } as const,
          { kind: 'observation', domain: 'd', source: 's', content: `é ${n}` } as const,
          { kind: 'signal', domain: 'd', severity: 'LOW', confidence: 0.5, strength: n } as const,
        ]).flat(),
      )
  }
  return bus
}
