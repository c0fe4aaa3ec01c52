import fc from 'fast-check'
import { afterEach, describe, expect, it } from 'vitest'
import { partitionName } from '@waggle/event'
import {
  blockReadsOf,
  type AppendRecord,
  type EventLog,
  type LogRecord,
  type RecordBlock,
} from '@waggle/log'

export interface LogFactory {
  /** A log with topics a (3 partitions) and b (1). */
  open(): Promise<EventLog>
  /** The same log again after close; undefined where nothing outlives it. */
  reopen?(): Promise<EventLog>
  dispose(): Promise<void>
}

export const SUITE_TOPICS = { a: 3, b: 1 }

const record = (text: string, more: Partial<AppendRecord> = {}): AppendRecord => ({
  topic: 'b',
  key: 'k',
  value: Buffer.from(text),
  ...more,
})
const stamp = (session: string, seq: number): Partial<AppendRecord> => ({
  producer: { session, seq },
})
const start = (topic: string, partition = 0) => ({ topic, partition, offset: 0n })
const texts = (records: readonly LogRecord[]): string[] =>
  records.map(({ value }) => value.toString())

/** Every sentence of the EventLog port, for any engine. */
export function eventLogSuite(
  name: string,
  createFactory: () => Promise<LogFactory>,
  runs = 25,
): void {
  describe(`event log: ${name}`, () => {
    let factory: LogFactory
    const opened: EventLog[] = []
    const open = async (): Promise<EventLog> => {
      factory = await createFactory()
      const log = await factory.open()
      opened.push(log)
      return log
    }
    afterEach(async () => {
      for (const log of opened.splice(0)) await log.close()
      await factory.dispose()
    })

    it('gives consecutive offsets from 0 and reads records back in order', async () => {
      const log = await open()
      const positions = await log.append([record('x'), record('y')])
      expect(positions.map(({ offset }) => offset)).toEqual([0n, 1n])
      await log.append([record('z', { headers: { why: 'because' } })])
      const records = await log.read(start('b'), 10)
      expect(texts(records)).toEqual(['x', 'y', 'z'])
      expect(records[2]).toMatchObject({ offset: 2n, key: 'k', headers: { why: 'because' } })
      expect(texts(await log.read({ ...start('b'), offset: 1n }, 1))).toEqual(['y'])
      expect(await log.read({ ...start('b'), offset: 3n }, 10)).toEqual([])
    })

    it('keeps empty and large values, and appendedAt never decreases', async () => {
      const log = await open()
      const big = Buffer.alloc(1_500_000, 7)
      await log.append([record(''), record('', { value: big }), record('é — ✓', { key: 'ключ' })])
      const records = await log.read(start('b'), 10)
      expect(records.map(({ value }) => value.length)).toEqual([
        0,
        big.length,
        Buffer.byteLength('é — ✓'),
      ])
      expect(records[1]!.value.equals(big)).toBe(true)
      expect(records[2]!.key).toBe('ключ')
      const times = records.map(({ appendedAt }) => appendedAt)
      expect(times).toEqual([...times].sort((a, b) => a - b))
    })

    it('sends equal keys to one partition and lets a record choose its own', async () => {
      const log = await open()
      const byKey = await log.append(['p', 'q', 'p'].map((key) => record('v', { topic: 'a', key })))
      expect(byKey[0]!.partition).toBe(byKey[2]!.partition)
      const [chosen] = await log.append([record('v', { topic: 'a', partition: 2 })])
      expect(chosen!.partition).toBe(2)
    })

    it('appends nothing of a call that it refuses', async () => {
      const log = await open()
      await expect(
        log.append([record('x'), record('y', { topic: 'nowhere' })]),
      ).rejects.toMatchObject({ code: 'TOPIC_UNKNOWN' })
      await expect(
        log.append([record('x'), record('y', { topic: 'a', partition: 3 })]),
      ).rejects.toMatchObject({ code: 'TOPIC_UNKNOWN' })
      expect(await log.ends([{ topic: 'b', partition: 0 }])).toMatchObject([{ offset: 0n }])
    })

    it('appends all records of a call or none', async () => {
      const log = await open()
      if (!log.supports.idempotentAppend) return
      await log.append([record('first', stamp('s', 5))])
      const bad = log.append([record('new', stamp('s', 6)), record('other', stamp('s', 5))])
      await expect(bad).rejects.toMatchObject({ code: 'SEQ_DUPLICATE' })
      expect(texts(await log.read(start('b'), 10))).toEqual(['first'])
      const [again] = await log.append([record('new', stamp('s', 6))])
      expect(again).toMatchObject({ offset: 1n, duplicate: false })
      expect(await log.ends([{ topic: 'b', partition: 0 }])).toMatchObject([{ offset: 2n }])
    })

    it('answers a repeated (session, seq) with the first position', async () => {
      const log = await open()
      if (!log.supports.idempotentAppend) return
      const batch = [1, 2, 3].map((seq) => record(`v${seq}`, stamp('s', seq)))
      const first = await log.append(batch)
      const again = await log.append(batch)
      expect(again).toEqual(first.map((position) => ({ ...position, duplicate: true })))
      expect(await log.read(start('b'), 10)).toHaveLength(3)
      await expect(log.append([record('other', stamp('s', 2))])).rejects.toMatchObject({
        code: 'SEQ_DUPLICATE',
      })
    })

    it('a refused append harms none that commits with it', async () => {
      const log = await open()
      if (!log.supports.idempotentAppend) return
      await log.append([record('taken', stamp('s', 1))])
      const results = await Promise.allSettled([
        log.append([record('one', stamp('t', 1))]),
        log.append([record('wrong', stamp('s', 1))]),
        log.append([record('two', stamp('t', 2))]),
      ])
      expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
      expect(texts(await log.read(start('b'), 10))).toEqual(['taken', 'one', 'two'])
    })

    it('refuses to read beyond the end and from partitions that do not exist', async () => {
      const log = await open()
      await expect(log.read({ ...start('b'), offset: 1n }, 1)).rejects.toMatchObject({
        code: 'OFFSET_OUT_OF_RANGE',
      })
      await expect(log.read(start('b', 1), 1)).rejects.toMatchObject({ code: 'TOPIC_UNKNOWN' })
      await expect(log.read(start('c'), 1)).rejects.toMatchObject({ code: 'TOPIC_UNKNOWN' })
    })

    it('tails many partitions in order, waits for more and ends with the signal', async () => {
      const log = await open()
      const abort = new AbortController()
      const seen = new Map<string, string[]>()
      const from = [start('a', 0), start('a', 1), start('a', 2), start('b')]
      let count = 0
      const tailing = (async () => {
        for await (const batch of log.tail(from, { signal: abort.signal, maxRecords: 2 })) {
          expect(batch.records.length).toBeLessThanOrEqual(2)
          const list = seen.get(partitionName(batch)) ?? []
          seen.set(partitionName(batch), [...list, ...texts(batch.records)])
          count += batch.records.length
          if (count === 12) abort.abort()
        }
      })()
      for (let i = 0; i < 12; i++) {
        await log.append([
          record(String(i), { topic: i % 4 === 3 ? 'b' : 'a', partition: i % 4 === 3 ? 0 : i % 4 }),
        ])
      }
      await tailing
      expect(Object.fromEntries(seen)).toEqual({
        'a/0': ['0', '4', '8'],
        'a/1': ['1', '5', '9'],
        'a/2': ['2', '6', '10'],
        'b/0': ['3', '7', '11'],
      })
    })

    it('throws LOG_CLOSED after close, and close may be called twice', async () => {
      const log = await open()
      const pending = log.append([record('last')])
      await log.close()
      await expect(pending).resolves.toHaveLength(1)
      await log.close()
      for (const call of [
        () => log.append([record('x')]),
        () => log.read(start('b'), 1),
        () => log.ends([start('b')]),
      ]) {
        await expect(call()).rejects.toMatchObject({ code: 'LOG_CLOSED' })
      }
    })

    it('keeps records and sequence numbers over a reopening', async () => {
      const log = await open()
      if (factory.reopen === undefined) return expect(log.supports.durable).toBe(false)
      await log.append([record('kept', stamp('s', 1))])
      await log.close()
      const again = await factory.reopen()
      opened.push(again)
      expect(texts(await again.read(start('b'), 10))).toEqual(['kept'])
      const [repeated] = await again.append([record('kept', stamp('s', 1))])
      const known = again.supports.idempotentAppend
      expect(repeated).toMatchObject({ offset: known ? 0n : 1n, duplicate: known })
    })

    it('gives blocks and picked records as it gives them one by one', async () => {
      const appends = fc.array(fc.array(fc.string({ maxLength: 2000 }), { maxLength: 5 }), {
        maxLength: 8,
      })
      await fc.assert(
        fc.asyncProperty(
          appends,
          fc.nat(20),
          fc.nat(9),
          fc.infiniteStream(fc.boolean()),
          async (calls, from, max, picks) => {
            const log = await open()
            for (const values of calls) {
              if (values.length > 0)
                await log.append(values.map((value) => record(value, { headers: { of: value } })))
            }
            const all = await log.read(start('b'), 100)
            const blocks = blockReadsOf(log)
            const offset = Math.min(from, all.length)
            const some = await blocks.readBlock({ ...start('b'), offset: BigInt(offset) }, max)
            const rows = rowsOf(some)
            expect(rows).toEqual(all.slice(offset, offset + rows.length))
            expect(rows.length > 0).toBe(max > 0 && offset < all.length)
            expect(rows.length).toBeLessThanOrEqual(max)
            const picked = all.filter(() => picks.next().value)
            const offsets = picked.map((one) => Number(one.offset))
            expect(rowsOf(await blocks.readAt(start('b'), offsets))).toEqual(picked)
            for (const openLog of opened.splice(0)) await openLog.close()
            await factory.dispose()
          },
        ),
        { numRuns: runs },
      )
    })

    it('behaves like a list per partition, whatever is appended and read', async () => {
      const call = fc.array(
        fc.record({
          partition: fc.nat(2),
          session: fc.constantFrom('s', 't'),
          seq: fc.integer({ min: 1, max: 12 }),
          value: fc.constantFrom('u', 'v'),
        }),
        { minLength: 1, maxLength: 4 },
      )
      await fc.assert(
        fc.asyncProperty(fc.array(call, { maxLength: 12 }), async (calls) => {
          const log = await open()
          const { idempotentAppend } = log.supports
          const model: Model = { lists: [[], [], []], seqs: new Map() }
          for (const records of calls) {
            const expected = applyToModel(model, records, idempotentAppend)
            const result = await log
              .append(
                records.map(({ partition, session, seq, value }) =>
                  record(value, { topic: 'a', partition, ...stamp(session, seq) }),
                ),
              )
              .then(
                (positions) => positions.map(({ offset }) => Number(offset)),
                (error: { code: string }) => error.code,
              )
            expect(result).toEqual(expected)
          }
          for (const [partition, list] of model.lists.entries()) {
            expect(texts(await log.read(start('a', partition), 100))).toEqual(list)
          }
          for (const openLog of opened.splice(0)) await openLog.close()
          await factory.dispose()
        }),
        { numRuns: runs },
      )
    })
  })
}

/** Records of a block, whose columns must say the same. */
function rowsOf(block: RecordBlock): LogRecord[] {
  return Array.from({ length: block.count }, (_, row) => {
    const one = block.record(row)
    expect(block.offsets[row]).toBe(Number(one.offset))
    const { bytes, starts, ends } = block
    expect(bytes.subarray(starts[row], ends[row]).equals(one.value)).toBe(true)
    return one
  })
}

interface Model {
  lists: string[][]
  seqs: Map<string, { seq: number; offset: number }[]>
}

/** The port's rules for sequence numbers, written as plainly as possible. */
function applyToModel(
  model: Model,
  records: readonly { partition: number; session: string; seq: number; value: string }[],
  idempotent: boolean,
): number[] | string {
  const before = structuredClone(model)
  const offsets: number[] = []
  for (const { partition, session, seq, value } of records) {
    const name = `${partition} ${session}`
    const known = model.seqs.get(name) ?? []
    const found = idempotent ? known.find((entry) => entry.seq === seq) : undefined
    const list = model.lists[partition]!
    if (found !== undefined && list[found.offset] === value) {
      offsets.push(found.offset)
    } else if (idempotent && (found !== undefined || known.some((entry) => entry.seq > seq))) {
      Object.assign(model, before)
      return 'SEQ_DUPLICATE'
    } else {
      offsets.push(list.push(value) - 1)
      model.seqs.set(name, [...known, { seq, offset: list.length - 1 }])
    }
  }
  return offsets
}
