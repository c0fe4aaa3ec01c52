import { manualClock } from '@waggle/base'
import { createCodec, writeFrameHeader, type Codec } from '@waggle/codec'
import { diffRows, feedProjection, type Projection } from '@waggle/consume'
import { EVENT_TOPICS, PARTITIONS, partitionKeyOf, topicOf, type WaggleEvent } from '@waggle/event'
import { partitionsOf } from '@waggle/log'
import { createMemoryLog } from '@waggle/log/memory'
import { createMemoryProjection } from '@waggle/memory'
import { createBankProjection } from '@waggle/reasoning-bank'
import { createCoordinationProjection } from '@waggle/view-coordination'
import { createHotProjection } from '@waggle/view-hot'
import { beforeAll, describe, expect, it } from 'vitest'
import { readCapsule, releasedSchemas } from '../support/capsule.ts'
import { inMemoryRegistry } from '../support/memory-bus.ts'

const SILENT = { publish: async () => {}, lookAgain: () => {} }
let codec: Codec
const events: WaggleEvent[] = []

beforeAll(async () => {
  const registry = inMemoryRegistry()
  codec = createCodec(registry)
  await codec.register()
  for (const one of releasedSchemas()) {
    const id = await registry.register(one.kind, one.schema)
    const writer = await codec.load(id)
    for (const { body } of readCapsule(one).events) {
      const frame = Buffer.concat([Buffer.alloc(5), Buffer.from(body, 'base64')])
      writeFrameHeader(frame, id)
      events.push(writer.decode(frame))
    }
  }
})

/** A view of some of the corpus; its partitions in this order or the other way round. */
async function viewOf<P extends Projection>(
  make: () => P,
  left: readonly WaggleEvent[],
  backwards = false,
): Promise<P> {
  const clock = manualClock(Date.UTC(2020, 0, 2) * 1000)
  const log = createMemoryLog({ topics: PARTITIONS, clock })
  await log.append(
    left.map((event) => ({
      topic: event.kind === 'tick' ? EVENT_TOPICS[0]! : topicOf(event.kind),
      key: partitionKeyOf(event),
      value: codec.encode(event),
    })),
  )
  const projection = make()
  const ends = await log.ends(partitionsOf(log, projection.topics))
  await feedProjection({ log, codec }, projection, backwards ? ends.toReversed() : ends)
  return projection
}

describe.each<[string, () => Projection]>([
  ['hot view', createHotProjection],
  ['coordination', () => createCoordinationProjection(SILENT)],
  ['memory', () => createMemoryProjection()],
  ['ReasoningBank', () => createBankProjection()],
])('rows of the %s', (_name, make) => {
  it('differ exactly where the digest does', async () => {
    const whole = await viewOf(make, events)
    const digest = await whole.digest()
    expect([...whole.rows!()].length).toBeGreaterThan(0)
    let different = 0
    for (const without of events) {
      const other = await viewOf(
        make,
        events.filter((event) => event !== without),
      )
      const found = [...diffRows(whole.rows!(), other.rows!())]
      const same = (await other.digest()) === digest
      expect({ kind: without.kind, differs: found.length > 0 }).toEqual({
        kind: without.kind,
        differs: !same,
      })
      if (!same) different++
    }
    expect(different).toBeGreaterThan(0)
  })

  it('are the same whichever partition was read first, and have a key each', async () => {
    const [one, other] = [await viewOf(make, events), await viewOf(make, events, true)]
    expect([...diffRows(one.rows!(), other.rows!())]).toEqual([])
    const keys = [...one.rows!()].map(({ key }) => key)
    expect(new Set(keys).size).toBe(keys.length)
  })
})
