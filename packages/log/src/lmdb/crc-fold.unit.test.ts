import { crc32 } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { CrcFold } from './crc-fold.ts'

/** Texts behind their CRCs, as frames hold them. */
function framed(texts: readonly Uint8Array[]): Buffer {
  return Buffer.concat(
    texts.flatMap((text) => {
      const crc = Buffer.alloc(4)
      crc.writeUInt32LE(crc32(text))
      return [crc, text]
    }),
  )
}

function foldOf(bytes: Buffer, lengths: readonly number[]): CrcFold {
  const fold = new CrcFold()
  let at = 0
  for (const length of lengths) {
    const crc = bytes.readInt32LE(at)
    fold.word(crc)
    fold.bytes(length, crc)
    at += 4 + length
  }
  return fold
}

describe('one CRC over records that carry one each', () => {
  const texts = fc.array(fc.uint8Array({ maxLength: 300 }), { minLength: 1, maxLength: 20 })

  it('matches where every record has its own', () => {
    fc.assert(
      fc.property(texts, (all) => {
        const bytes = framed(all)
        expect(
          foldOf(
            bytes,
            all.map(({ length }) => length),
          ).matches(bytes),
        ).toBe(true)
      }),
    )
  })

  it('does not match where any bit of one record is another', () => {
    fc.assert(
      fc.property(texts, fc.nat(), (all, bit) => {
        const bytes = framed(all)
        const at = bit % (bytes.length * 8)
        bytes[at >> 3]! ^= 1 << (at & 7)
        expect(
          foldOf(
            bytes,
            all.map(({ length }) => length),
          ).matches(bytes),
        ).toBe(false)
      }),
    )
  })
})
