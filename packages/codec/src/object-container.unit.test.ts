import avro from 'avsc'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { AvroRecord } from '@waggle/event'
import { ByteCursor } from './byte-cursor.ts'
import { containerFile, containerHeader, longBytes } from './object-container.ts'
import { readLong, skipLong } from './trusted-read.ts'

/** The varint by its definition in the specification. */
function zigzag(value: number): number[] {
  let rest = BigInt.asUintN(64, (BigInt(value) << 1n) ^ (BigInt(value) >> 63n))
  const bytes: number[] = []
  for (; rest >= 0x80n; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80)
  return [...bytes, Number(rest)]
}

describe('longs', () => {
  it('are written as Avro writes them, over all safe integers', () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), (value) => {
        expect([...longBytes(value)]).toEqual(zigzag(value))
      }),
    )
    for (const value of [Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER, -64, 63, 64, 0])
      expect([...longBytes(value)]).toEqual(zigzag(value))
  })

  it('are read back, checked or trusted, up to 2^52', () => {
    const max = 2 ** 52 - 1
    fc.assert(
      fc.property(fc.integer({ min: -max, max }), (value) => {
        const bytes = Buffer.from(longBytes(value))
        const cursor = new ByteCursor(bytes, 0)
        expect(cursor.long()).toBe(value)
        expect(cursor.position).toBe(bytes.length)
        expect([readLong(bytes, 0), skipLong(bytes, 0)]).toEqual([value, bytes.length])
      }),
    )
    for (const value of [2 ** 52, -(2 ** 52), Number.MIN_SAFE_INTEGER]) {
      expect(() => new ByteCursor(Buffer.from(longBytes(value)), 0).long()).toThrow(/2\^52/)
    }
  })
})

describe('object container', () => {
  it('of any number of bodies is read by avsc', async () => {
    const schema = {
      type: 'record',
      name: 'R',
      fields: [{ name: 'a', type: 'string' }],
    } as AvroRecord
    const type = avro.Type.forSchema(structuredClone(schema) as unknown as avro.Schema)
    await fc.assert(
      fc.asyncProperty(fc.array(fc.record({ a: fc.string() })), async (records) => {
        const bodies = records.map((record) => type.toBuffer(record))
        const file = containerFile(containerHeader(schema), bodies.length, Buffer.concat(bodies))
        const read: object[] = []
        const decoder = new avro.streams.BlockDecoder()
        decoder.on('data', (value: object) => read.push({ ...value }))
        await new Promise((resolve, reject) =>
          decoder.on('end', resolve).on('error', reject).end(file),
        )
        expect(read).toEqual(records.map((record) => ({ ...record })))
      }),
      { numRuns: 30 },
    )
  })
})
