import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import { manualClock } from '@waggle/base'
import { createCodec } from '@waggle/codec'
import {
  certify,
  createMemoryTiles,
  createNoteKey,
  noteSigner,
  openCertificate,
  openLogTrees,
  verifyCertificate,
  type LogTrees,
} from '@waggle/certify'
import { partitionsOf, type AppendRecord, type EventLog, type LogRecord } from '@waggle/log'
import { openLmdbLog } from '@waggle/log/lmdb'
import { createMemoryLog } from '@waggle/log/memory'
import { connectionTo, DRIVERS, openTestLog, resolveKafka } from '../support/kafka.ts'
import { inMemoryRegistry } from '../support/memory-bus.ts'

const TOPICS = { 'a.v1': 2, 'b.v1': 1 }
const TOPIC_NAMES = Object.keys(TOPICS)
const RECORDS = 500
const signer = noteSigner(createNoteKey('engines.test'))
const codec = createCodec(inMemoryRegistry())
const kafka = await resolveKafka()
const folder = mkdtempSync(join(tmpdir(), 'waggle-engines-'))
afterAll(async () => {
  await kafka?.dispose()
  rmSync(folder, { recursive: true })
})

const RECORD_LIST: readonly AppendRecord[] = Array.from({ length: RECORDS }, (_, index) => ({
  topic: TOPIC_NAMES[index % 2]!,
  partition: index % 4 === 0 ? 1 : 0,
  key: `k${index % 5}`,
  value: Buffer.from(`value ${index} é`),
  ...(index % 3 === 0 ? {} : { headers: { ce_id: `ü${index}`, b: '', a: 'x' } }),
}))

async function filled(
  log: EventLog,
  records: readonly AppendRecord[] = RECORD_LIST,
): Promise<EventLog> {
  for (let at = 0; at < records.length; at += 64) await log.append(records.slice(at, at + 64))
  return log
}

interface Certified {
  readonly text: string
  readonly trees: LogTrees
  readonly content: string
  readonly storage: string
}

async function certified(log: EventLog): Promise<Certified> {
  const trees = await openLogTrees(createMemoryTiles())
  const text = await certify({ log, codec, views: [], trees, signer, clock: manualClock(0) })
  const { storage, body } = openCertificate(text, signer.verifier)
  return { text, trees, storage, content: body.content }
}

async function findings(
  log: EventLog,
  { text, trees }: Pick<Certified, 'text' | 'trees'>,
  tree: 'storage' | 'content' = 'storage',
): Promise<string[]> {
  const options = { log, codec, verifier: signer.verifier, trees, tree }
  const found = await verifyCertificate(text, options)
  return found.findings.map(({ what, at }) => `${what} ${at}`)
}

const memory = (): EventLog =>
  createMemoryLog({ topics: TOPICS, clock: manualClock(1_700_000_000_000_000) })

describe('a certificate made on one engine', () => {
  it('has the same roots on LMDB and in memory, at the same append times', async () => {
    const clock = manualClock(1_700_000_000_000_000)
    const lmdb = await filled(await openLmdbLog({ path: join(folder, 'a'), topics: TOPICS, clock }))
    const here = await certified(lmdb)
    const there = await certified(await filled(memory()))
    expect([there.storage, there.content]).toEqual([here.storage, here.content])
    expect(await findings(await filled(memory()), here)).toEqual([])
    await lmdb.close()
  })

  it.skipIf(kafka === undefined).each(Object.entries(DRIVERS))(
    'has the same content on Kafka, read through %s, and its own append times',
    async (_name, openDriver) => {
      const connection = connectionTo(kafka!.broker)
      const open = () => openTestLog({ connection, openDriver, topics: TOPICS })
      const log = await filled(await open())
      const [here, there] = [await certified(await filled(memory())), await certified(log)]
      await log.close()
      const again = await open()
      expect(there.content).toBe(here.content)
      expect(there.storage).not.toBe(here.storage)
      expect(await findings(again, there)).toEqual([])
      expect(await findings(again, here, 'content')).toEqual([])
      const names = partitionsOf(again, TOPIC_NAMES).map(({ topic, partition }) => {
        return `record ${topic}/${partition}@0`
      })
      expect((await findings(again, here)).sort()).toEqual(names.sort())
      await expectAllFound(again, there, 12)
      await again.close()
    },
  )

  it.skipIf(kafka === undefined)('shows a copy on Kafka in which one record differs', async () => {
    const here = await certified(await filled(memory()))
    const copy = RECORD_LIST.map((record, index) =>
      index === 203 ? { ...record, headers: { ...record.headers, a: 'y' } } : record,
    )
    const log = await openTestLog({ connection: connectionTo(kafka!.broker), topics: TOPICS })
    await filled(log, copy)
    expect(await findings(log, here, 'content')).toEqual(['partition b.v1/0'])
    await log.close()
  })

  it('is contradicted by whatever an engine gives instead of a record', async () => {
    const log = await filled(memory())
    await expectAllFound(log, await certified(log), 120)
  })

  it('holds of a log that only grew', async () => {
    const log = await filled(memory())
    const before = await certified(log)
    await filled(log)
    expect(await findings(log, before)).toEqual([])
  })
})

/** What a broker or a file system that lies may give for a partition. */
const LIES: Record<string, (records: LogRecord[], at: number) => LogRecord[]> = {
  drop: (records, at) => renumbered(records.filter((_, index) => index !== at)),
  hole: (records, at) => records.filter((_, index) => index !== at),
  repeat: (records, at) => renumbered(records.toSpliced(at, 0, records[at]!)),
  truncate: (records, at) => records.slice(0, at),
  swap: (records, at) =>
    renumbered(records.with(at, records.at(at - 1)!).with(at - 1, records[at]!)),
  key: (records, at) => edited(records, at, ({ key }) => ({ key: `${key}!` })),
  header: (records, at) =>
    edited(records, at, ({ headers }) => ({ headers: { ...headers, extra: '' } })),
  holes: (records, at) => records.filter((_, index) => index < at || index > at + 3),
  'append time': (records, at) =>
    edited(records, at, ({ appendedAt }) => ({ appendedAt: appendedAt + 1 })),
  value: (records, at) =>
    edited(records, at, ({ value }) => ({ value: Buffer.concat([value, Buffer.from([0])]) })),
  'value into key': (records, at) =>
    edited(records, at, ({ key, value }) => ({
      key: `${key}${value.toString('latin1', 0, 1)}`,
      value: value.subarray(1),
    })),
}

async function expectAllFound(log: EventLog, given: Certified, runs: number): Promise<void> {
  const partitions = partitionsOf(log, TOPIC_NAMES)
  const lies = fc.constantFrom(...Object.keys(LIES))
  await fc.assert(
    fc.asyncProperty(
      lies,
      fc.constantFrom(...partitions),
      fc.nat(),
      async (lie, partition, position) => {
        const honest = await log.read({ ...partition, offset: 0n }, RECORDS)
        const at = position % honest.length
        const records = LIES[lie]!(honest, at)
        const liar: EventLog = {
          ...log,
          read: async (from, most) =>
            from.topic === partition.topic && from.partition === partition.partition
              ? records.filter(({ offset }) => offset >= from.offset).slice(0, most)
              : log.read(from, most),
        }
        const first = lie === 'swap' ? Math.min(at, (at || honest.length) - 1) : at
        const offset = first + (lie === 'repeat' ? 1 : 0)
        const found = await findings(liar, given)
        const behind = lie === 'repeat' && at === honest.length - 1
        const { topic } = partition
        const bad = [`record ${topic}/${partition.partition}@${offset}`]
        expect([lie, ...found]).toEqual([lie, ...(behind ? [] : bad)])
      },
    ),
    { numRuns: runs },
  )
}

function edited(
  records: readonly LogRecord[],
  at: number,
  edit: (record: LogRecord) => Partial<LogRecord>,
): LogRecord[] {
  return records.with(at, { ...records[at]!, ...edit(records[at]!) })
}

function renumbered(records: readonly LogRecord[]): LogRecord[] {
  return records.map((record, index) => ({ ...record, offset: BigInt(index) }))
}
