import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { FRAME_HEADER_BYTES, schemaIdOf, writeFrameHeader } from './wire-frame.ts'

describe('wire frame', () => {
  it('is 0x00 and the id, big-endian', () => {
    const frame = Buffer.alloc(FRAME_HEADER_BYTES, 0xee)
    writeFrameHeader(frame, 0x01020304)
    expect([...frame]).toEqual([0, 1, 2, 3, 4])
  })

  it('gives back every id', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 31 - 1 }), (id) => {
        const frame = Buffer.alloc(FRAME_HEADER_BYTES)
        writeFrameHeader(frame, id)
        expect(schemaIdOf(frame)).toBe(id)
      }),
    )
  })

  it.each([
    ['nothing', []],
    ['a cut header', [0, 0, 0, 1]],
    ['another magic byte', [1, 0, 0, 0, 1]],
    ['JSON', [...Buffer.from('{"a":1}')]],
  ])('%s is no frame', (_name, bytes) => {
    expect(() => schemaIdOf(Uint8Array.from(bytes))).toThrow(
      expect.objectContaining({ code: 'FRAME_INVALID' }),
    )
  })
})
