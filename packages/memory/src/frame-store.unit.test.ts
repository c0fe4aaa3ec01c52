import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import type { WriterSchema } from '@waggle/codec'
import { memoryBus, type MemoryBus } from '../../../test/support/memory-bus.ts'
import { FrameStore, type FrameRef } from './frame-store.ts'

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

  it('come back byte for byte, plain and compressed, until they are let go', () => {
    const step = fc.oneof(
      { weight: 8, arbitrary: fc.record({ put: fc.nat(49) }) },
      fc.record({ release: fc.nat(1000) }),
      fc.record({ coldFor: fc.nat(40) }),
    )
    fc.assert(
      fc.property(fc.array(step, { maxLength: 300 }), (steps) => {
        const store = new FrameStore()
        const live: { ref: FrameRef; bytes: Buffer }[] = []
        steps.forEach((given, time) => {
          if ('put' in given) {
            const frame = written[given.put]!
            live.push({ ref: store.put(frame, time), bytes: frame.bytes })
          } else if ('release' in given) {
            const [gone] = live.splice(given.release % Math.max(1, live.length), 1)
            if (gone !== undefined) store.release(gone.ref)
          } else store.age(time - given.coldFor, -Infinity)
        })
        for (const { ref, bytes } of live) expect(store.get(ref)!.bytes.equals(bytes)).toBe(true)
        store.age(Infinity, Infinity)
        expect(live.every(({ ref }) => store.get(ref) === undefined)).toBe(true)
        expect(store.bytes).toBe(0)
      }),
    )
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
