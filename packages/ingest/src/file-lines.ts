import { isUtf8 } from 'node:buffer'
import { LIMITS } from '@waggle/base'

/** A line as it stands in the file, without its line feed and without a byte order mark. */
export interface FileLine {
  /** From 1. */
  readonly line: number
  readonly bytes: Buffer
  /** A line longer than any event comes in pieces, from 0: what one holds in memory is bounded. */
  readonly piece: number
  readonly tooLong: boolean
}

/** Longest line that is read as a row, in bytes. */
export const LINE_BYTES_MAX = LIMITS.eventBytesMax
export const TOO_LONG = `the row is longer than ${LINE_BYTES_MAX} bytes`
export const NOT_UTF8 = 'the row is not UTF-8'

const LINE_FEED = 10
const BYTE_ORDER_MARK = Buffer.from([0xef, 0xbb, 0xbf])

/** The bytes of all pieces of all lines are those of the file between its line feeds. */
export async function* readLines(chunks: AsyncIterable<Buffer>): AsyncGenerator<FileLine> {
  let [line, piece] = [1, 0]
  let bytes: Buffer = Buffer.alloc(0)
  for await (const chunk of chunks) {
    bytes = bytes.length === 0 ? chunk : Buffer.concat([bytes, chunk])
    if (line === 1 && piece === 0) bytes = withoutMark(bytes)
    let from = 0
    for (;;) {
      const feed = bytes.indexOf(LINE_FEED, from)
      const end = feed < 0 ? bytes.length : feed
      const cut = from + LINE_BYTES_MAX
      if (end > cut) {
        yield { line, piece: piece++, tooLong: true, bytes: bytes.subarray(from, cut) }
        from = cut
      } else if (feed >= 0) {
        yield { line: line++, piece, tooLong: piece > 0, bytes: bytes.subarray(from, end) }
        piece = 0
        from = feed + 1
      } else break
    }
    bytes = bytes.subarray(from)
  }
  if (bytes.length > 0) yield { line, piece, tooLong: piece > 0, bytes }
}

/** Undefined where it is not UTF-8: replacing what cannot be read would change it. */
export function textOfLine(bytes: Buffer): string | undefined {
  if (!isUtf8(bytes)) return undefined
  const text = bytes.toString('utf8')
  return text.endsWith('\r') ? text.slice(0, -1) : text
}

function withoutMark(bytes: Buffer): Buffer {
  return bytes.subarray(0, 3).equals(BYTE_ORDER_MARK) ? bytes.subarray(3) : bytes
}
