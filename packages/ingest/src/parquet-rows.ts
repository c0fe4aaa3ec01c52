import { isUtf8 } from 'node:buffer'
import { open } from 'node:fs/promises'
import { zstdDecompressSync } from 'node:zlib'
import { parquetMetadataAsync, parquetReadObjects, type AsyncBuffer } from 'hyparquet'
import { messageOf, WaggleError } from '@waggle/base'
import { FileTime, type Row } from './row.ts'

const PARSERS = {
  timestampFromMilliseconds: (millis: bigint) => new FileTime(Number(millis) * 1000),
  timestampFromMicroseconds: (micros: bigint) => new FileTime(Number(micros)),
  timestampFromNanoseconds: (nanos: bigint) => new FileTime(Number(nanos / 1000n)),
  dateFromDays: (days: number) => new Date(days * 86_400_000).toISOString().slice(0, 10),
  /** What is not UTF-8 stays bytes, which no field takes. */
  stringFromBytes: (bytes: Uint8Array) => (isUtf8(bytes) ? Buffer.from(bytes).toString() : bytes),
}

/** Rows numbered from 1; a file that cannot be read on throws INPUT_INVALID. */
export async function* parquetRows(
  path: string,
  onRead: (done: number, total: number) => void,
): AsyncGenerator<Row> {
  const file = await open(path)
  try {
    const { size } = await file.stat()
    const buffer: AsyncBuffer = {
      byteLength: size,
      slice: async (start, end = size) => {
        const bytes = new Uint8Array(end - start)
        await file.read(bytes, 0, bytes.length, start)
        return bytes.buffer
      },
    }
    const metadata = await parquetMetadataAsync(buffer)
    const compressors = { ZSTD: (input: Uint8Array) => zstdDecompressSync(input) }
    const total = Number(metadata.num_rows)
    let rowStart = 0
    for (const { num_rows: rows } of metadata.row_groups) {
      const rowEnd = rowStart + Number(rows)
      const range = { file: buffer, metadata, compressors, parsers: PARSERS, rowStart, rowEnd }
      for (const cells of await parquetReadObjects(range)) {
        yield { line: ++rowStart, piece: 0, cells }
        onRead(Math.floor((rowStart / total) * size), size)
      }
    }
  } catch (error) {
    throw new WaggleError('INPUT_INVALID', `${path}: ${messageOf(error)}`, { cause: error })
  } finally {
    await file.close()
  }
}
