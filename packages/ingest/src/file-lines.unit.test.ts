import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { LINE_BYTES_MAX, readLines, type FileLine } from './file-lines.ts'

async function linesOf(bytes: Buffer, chunk: number): Promise<FileLine[]> {
  const lines: FileLine[] = []
  async function* chunks(): AsyncGenerator<Buffer> {
    for (let at = 0; at < bytes.length; at += chunk) yield bytes.subarray(at, at + chunk)
  }
  for await (const line of readLines(chunks())) lines.push(line)
  return lines
}

describe('lines of a file', () => {
  it('have every byte, wherever the file is cut into chunks', async () => {
    const bytes = fc
      .array(fc.oneof(fc.constant(10), fc.integer({ min: 0, max: 255 })), { maxLength: 60 })
      .map((all) => Buffer.from(all))
    await fc.assert(
      fc.asyncProperty(bytes, fc.integer({ min: 1, max: 9 }), async (all, chunk) => {
        fc.pre(all[0] !== 0xef)
        const lines = await linesOf(all, chunk)
        const text = lines.map((line) => line.bytes.toString('latin1')).join('\n')
        expect(text).toBe(all.toString('latin1').replace(/\n$/, ''))
        expect(lines.map(({ line }) => line)).toEqual(lines.map((_, index) => index + 1))
      }),
    )
  })

  it('come in pieces where they are longer than an event, and without a byte order mark', async () => {
    const long = 'x'.repeat(2 * LINE_BYTES_MAX + 5)
    const fit = 'y'.repeat(LINE_BYTES_MAX)
    const lines = await linesOf(Buffer.from(`\ufeff${fit}\n${long}\nend`), 100_000)
    expect(
      lines.map(({ line, piece, tooLong, bytes }) => [line, piece, tooLong, bytes.length]),
    ).toEqual([
      [1, 0, false, LINE_BYTES_MAX],
      [2, 0, true, LINE_BYTES_MAX],
      [2, 1, true, LINE_BYTES_MAX],
      [2, 2, true, 5],
      [3, 0, false, 3],
    ])
  })
})
