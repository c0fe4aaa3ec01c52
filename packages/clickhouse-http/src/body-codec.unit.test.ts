import { brotliCompressSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { chooseEncoding, compressed, decompressed } from './body-codec.ts'

const MAX = 1_000_000
const first = Buffer.from('one '.repeat(5000))
const second = Buffer.from('two')

describe('decompressed', () => {
  it.each([
    ['gzip', gzipSync],
    ['deflate', deflateSync],
    ['br', brotliCompressSync],
    ['zstd', zstdCompressSync],
  ] as const)('%s: streams behind each other, none lost', async (encoding, compress) => {
    const both = Buffer.concat([compress(first), compress(second)])
    expect(await decompressed(both, encoding, MAX)).toEqual(Buffer.concat([first, second]))
    await expect(decompressed(both, encoding, first.length)).rejects.toMatchObject({ code: 229 })
    const cut = both.subarray(0, both.length - 1)
    await expect(decompressed(cut, encoding, MAX)).rejects.toMatchObject({ code: 117 })
  })

  it('reads LZ4: literals, matches, overlaps and stored blocks', async () => {
    const head = Buffer.from([0x04, 0x22, 0x4d, 0x18, 0x60, 0x40, 0])
    // "ab", then 12 bytes copied from 2 back, then "c".
    const block = Buffer.from([0x28, 0x61, 0x62, 2, 0, 0x10, 0x63])
    const size = (bytes: number, stored = false): Buffer => {
      const word = Buffer.alloc(4)
      word.writeUInt32LE(stored ? bytes + 2 ** 31 : bytes)
      return word
    }
    const frame = Buffer.concat([
      head,
      size(block.length),
      block,
      size(1, true),
      Buffer.from('d'),
      size(0),
    ])
    expect(String(await decompressed(Buffer.concat([frame, frame]), 'lz4', MAX))).toBe(
      `${'ab'.repeat(7)}cd`.repeat(2),
    )
    await expect(decompressed(frame, 'lz4', 10)).rejects.toMatchObject({ code: 229 })
    for (let length = 1; length < frame.length; length++)
      await expect(decompressed(frame.subarray(0, length), 'lz4', MAX)).rejects.toMatchObject({
        code: 117,
      })
  })
})

describe('chooseEncoding', () => {
  it.each([
    ['gzip, deflate', 'gzip'],
    ['br;q=1.0, zstd;q=0.5', 'zstd'],
    ['identity', undefined],
    [undefined, undefined],
  ])('%s', (accepted, encoding) => expect(chooseEncoding(accepted)).toBe(encoding))

  it('compresses to what it says', async () => {
    for (const encoding of ['gzip', 'deflate', 'br', 'zstd'])
      expect(await decompressed(await compressed(first, encoding), encoding, MAX)).toEqual(first)
  })
})
