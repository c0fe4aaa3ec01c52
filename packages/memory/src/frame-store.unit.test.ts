import { deserialize, serialize } from 'node:v8'
import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import type { WriterSchema } from '@waggle/codec'
import { memoryBus, type MemoryBus } from '../../../test/support/memory-bus.ts'
import { FrameStore, type FrameRef, type FramesDump } from './frame-store.ts'

describe('packed frames', () => {
  let bus: MemoryBus
  let written: { bytes: Buffer; writer: WriterSchema }[]

  beforeAll(async () => {
    bus = await memoryBus()
    const emitter = bus.emitter('ann')
    for (let i = 0; i < 50; i++) {
      const content = `${i} `.repeat((i * 37) % 400)
      await emitter.emit({ kind: 'observation', domain: 'd', source: 's', content })
    }
    const ends = await bus.log.ends(
      [0, 1, 2, 3].map((partition) => ({ topic: 'waggle.observations.v1', partition })),
    )
    const read = await Promise.all(ends.map((end) => bus.log.read({ ...end, offset: 0n }, 100)))
    written = read.flat().map(({ value }) => ({ bytes: value, writer: bus.codec.writerOf(value)! }))
  })

  it('come back byte for byte, plain, compressed and from dumps, until they are let go', () => {
    const step = fc.oneof(
      { weight: 8, arbitrary: fc.record({ put: fc.nat(49) }) },
      fc.record({ release: fc.nat(1000) }),
      fc.record({ coldFor: fc.nat(40) }),
      fc.constant({ dumped: true }),
    )
    fc.assert(
      fc.property(fc.array(step, { maxLength: 300 }), (steps) => {
        let store = new FrameStore()
        const live: { ref: FrameRef; bytes: Buffer }[] = []
        steps.forEach((given, time) => {
          if ('put' in given) {
            const frame = written[given.put]!
            live.push({ ref: store.put(frame, time), bytes: frame.bytes })
          } else if ('release' in given) {
            const [gone] = live.splice(given.release % Math.max(1, live.length), 1)
            if (gone !== undefined) store.release(gone.ref)
          } else if ('coldFor' in given) store.age(time - given.coldFor, -Infinity)
          else {
            const dump = deserialize(serialize(store.dump())) as FramesDump
            store = new FrameStore()
            store.load(dump)
          }
        })
        for (const { ref, bytes } of live) expect(store.get(ref)!.bytes.equals(bytes)).toBe(true)
        store.age(Infinity, Infinity)
        expect(live.every(({ ref }) => store.get(ref) === undefined)).toBe(true)
        expect(store.bytes).toBe(0)
      }),
    )
  })

  it('of full slabs come back from dumps of dumps, read between them or not, warm and cold', () => {
    const reloaded = (from: FrameStore): FrameStore => {
      const store = new FrameStore()
      store.load(deserialize(serialize(from.dump())) as FramesDump)
      return store
    }
    const first = new FrameStore()
    const frames = Array.from({ length: 1500 }, (_, i) => written[i % written.length]!)
    const refs = frames.map((frame, i) => first.put(frame, i))
    expect(new Set(refs.map(({ slab }) => slab)).size).toBeGreaterThan(2)
    const expectAll = (store: FrameStore): void =>
      refs.forEach((ref, i) => expect(store.get(ref)!.bytes.equals(frames[i]!.bytes)).toBe(true))
    const unread = reloaded(reloaded(first))
    expect(unread.bytes).toBeLessThan(first.bytes / 2)
    const more = unread.put(frames[1]!, 1500)
    expectAll(unread)
    const read = reloaded(unread)
    read.age(700, -Infinity)
    for (const store of [read, reloaded(read), first]) expectAll(store)
    expect(read.get(more)!.bytes.equals(frames[1]!.bytes)).toBe(true)
  })

  it('take less once they are cold', () => {
    const store = new FrameStore()
    const refs = written.map((frame) => store.put(frame, 1))
    const before = store.bytes
    store.age(2, -Infinity)
    expect(store.bytes).toBeLessThan(before / 2)
    expect(refs.every((ref) => store.isCompressed(ref))).toBe(true)
  })
})
