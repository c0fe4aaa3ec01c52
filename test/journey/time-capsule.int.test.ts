import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { manualClock, silentLogger } from '@waggle/base'
import { createCodec, writeFrameHeader, type Codec, type SchemaRegistry } from '@waggle/codec'
import { createRunner, type Projection } from '@waggle/consume'
import {
  EVENT_TOPICS,
  PARTITIONS,
  partitionKeyOf,
  SCHEMAS,
  topicOf,
  TOPICS,
  validateEvent,
  type AvroRecord,
  type WaggleEvent,
} from '@waggle/event'
import type { EventLog } from '@waggle/log'
import { createMemoryLog } from '@waggle/log/memory'
import { createMemoryProjection } from '@waggle/memory'
import { createBankProjection } from '@waggle/reasoning-bank'
import { createMemoryIndexStore, createTrajectoryProjection } from '@waggle/replay'
import { createAnalyticsProjection, createAnalyticsView } from '@waggle/view-analytics'
import { openChdbStore } from '@waggle/view-analytics/chdb'
import { createCoordinationProjection, createWeightProjection } from '@waggle/view-coordination'
import { createHotProjection } from '@waggle/view-hot'
import { beforeAll, describe, expect, it } from 'vitest'
import { plainJson, readCapsule, releasedSchemas } from '../support/capsule.ts'
import { inMemoryRegistry } from '../support/memory-bus.ts'
import { SLOW_TIER } from '../support/slow-tier.ts'

const START = Date.UTC(2020, 0, 1) * 1000
const released = releasedSchemas()
let codec: Codec
let registry: SchemaRegistry
/** Frames of the corpus in the bytes of their time, with the event that today's code makes of each. */
const frames: { readonly old: Buffer; readonly event: WaggleEvent }[] = []

beforeAll(async () => {
  registry = inMemoryRegistry()
  codec = createCodec(registry)
  await codec.register()
  for (const one of released) {
    const id = await registry.register(one.kind, one.schema)
    const writer = await codec.load(id)
    for (const { body } of readCapsule(one).events) {
      const old = Buffer.concat([Buffer.alloc(5), Buffer.from(body, 'base64')])
      writeFrameHeader(old, id)
      frames.push({ old, event: writer.decode(old) })
    }
  }
})

const SILENT = { publish: async () => {}, lookAgain: () => {} }

describe('the time capsule', () => {
  it.each(released)('$kind, version $version: what was written then is read now', async (one) => {
    const id = await registry.register(one.kind, one.schema)
    const writer = await codec.load(id)
    const { events } = readCapsule(one)
    expect(events.length).toBeGreaterThan(0)
    for (const { body, fields } of events) {
      const frame = Buffer.concat([Buffer.alloc(5), Buffer.from(body, 'base64')])
      writeFrameHeader(frame, id)
      expect(writer.check(frame).id).toBe((fields as { id: string }).id)
      const event = writer.decode(frame)
      expect(validateEvent(event as never)).toEqual(event)
      const newer = (SCHEMAS[one.kind] as AvroRecord).fields.filter(({ name }) => !(name in fields))
      const defaults = Object.fromEntries(newer.map((field) => [field.name, field.default]))
      expect(plainJson(event)).toEqual({ kind: one.kind, ...defaults, ...fields })
    }
  })

  it('has older writers in it, or it would prove nothing', () => {
    expect(released.some(({ version }) => version > 1)).toBe(true)
  })

  it('cannot be read by a codec that takes fields from other places', () => {
    const [one] = released.filter(({ kind }) => kind === 'vote')
    const [first] = readCapsule(one!).events
    const shifted = Buffer.concat([Buffer.alloc(5), Buffer.from(first!.body, 'base64').subarray(1)])
    const { old } = frames.find(({ event }) => event.kind === 'vote')!
    expect(() => codec.writerOf(old)!.check(shifted)).toThrow(
      expect.objectContaining({ code: 'BYTES_MALFORMED' }),
    )
  })

  const views: [string, (log: EventLog) => Projection][] = [
    ['hot view', createHotProjection],
    ['coordination', () => createCoordinationProjection(SILENT)],
    ['weights', () => createWeightProjection(SILENT, TOPICS['waggle.verdicts.v1'].partitions)],
    ['memory', () => createMemoryProjection()],
    ['ReasoningBank', () => createBankProjection()],
    [
      'trajectory index',
      (log) => createTrajectoryProjection({ store: createMemoryIndexStore(), log }),
    ],
  ]
  it.each(views)('%s: the same from old bytes as from new ones', async (_name, make) => {
    const [old, now] = [await logOf(({ old: bytes }) => bytes), await logOf(encodedNow)]
    expect(await project(old, make(old))).toBe(await project(now, make(now)))
    expect(await project(old, make(old))).not.toBe(await make(now).digest())
  })

  it.runIf(SLOW_TIER)('ClickHouse: the same rows from old bytes as from new ones', async () => {
    const digests: string[] = []
    for (const log of [await logOf(({ old }) => old), await logOf(encodedNow)]) {
      const folder = mkdtempSync(join(tmpdir(), 'waggle-capsule-'))
      const store = await openChdbStore(folder)
      await project(log, createAnalyticsProjection(store))
      const view = createAnalyticsView(store)
      const rows = Object.values(await view.counts()).reduce((sum, count) => sum + count)
      expect(rows).toBe(frames.filter(({ event }) => event.kind !== 'tick').length)
      digests.push(await view.digest())
      await store.close()
      rmSync(folder, { recursive: true, force: true })
    }
    expect(digests[0]).toBe(digests[1])
  })
})

const encodedNow = ({ event }: (typeof frames)[number]): Buffer => codec.encode(event)

/** A log with the whole corpus, each event in the bytes chosen. */
async function logOf(bytes: (frame: (typeof frames)[number]) => Buffer): Promise<EventLog> {
  const log = createMemoryLog({ topics: PARTITIONS, clock: manualClock(START + 60_000_000) })
  await log.append(
    frames.map((frame) => {
      const { event } = frame
      const topic = event.kind === 'tick' ? EVENT_TOPICS[0]! : topicOf(event.kind)
      const { session, seq } = event
      return { topic, key: partitionKeyOf(event), value: bytes(frame), producer: { session, seq } }
    }),
  )
  return log
}

/** The digest of a view that has read all of a log and refused nothing. */
async function project(log: EventLog, projection: Projection): Promise<string> {
  const clock = manualClock(START)
  const runner = createRunner({ log, codec, projection, clock, logger: silentLogger })
  await runner.start()
  await runner.caughtUp(60_000)
  expect((await runner.status()).refused).toBe(0)
  await runner.stop()
  return projection.digest()
}
