import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { open } from 'node:fs/promises'
import { createInterface } from 'node:readline'
import { zstdDecompressSync } from 'node:zlib'
import { parse } from 'csv-parse'
import { parquetMetadataAsync, parquetReadObjects, type AsyncBuffer } from 'hyparquet'
import { messageOf, WaggleError, type Micros } from '@waggle/base'

export type Format = 'csv' | 'parquet' | 'jsonl'

/** A row of a file. Times of Parquet are microseconds, marked as such. */
export interface Row {
  /** Line of a text file, number of the row in Parquet; from 1. */
  readonly line: number
  /** Undefined where the line is broken, with `problem`. */
  readonly cells: Readonly<Record<string, unknown>> | undefined
  readonly problem?: string
}

/** A time that a file says without text. */
export class FileTime {
  readonly micros: Micros

  constructor(micros: Micros) {
    this.micros = micros
  }
}

export async function hashFile(path: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer)
  return hash.digest('hex')
}

export function readRows(path: string, format: Format): AsyncGenerator<Row> {
  if (format === 'csv') return csvRows(path)
  return format === 'jsonl' ? jsonRows(path) : parquetRows(path)
}

async function* csvRows(path: string): AsyncGenerator<Row> {
  let header: readonly string[] | undefined
  const lines = createReadStream(path).pipe(
    parse({ info: true, bom: true, relax_column_count: true, skip_empty_lines: true, trim: true }),
  )
  try {
    for await (const { record, info } of lines as AsyncIterable<{
      record: string[]
      info: { lines: number }
    }>) {
      if (header === undefined) {
        header = record
        continue
      }
      const { lines: line } = info
      if (record.length === header.length) {
        yield { line, cells: Object.fromEntries(header.map((name, at) => [name, record[at]])) }
        continue
      }
      const problem = `${record.length} fields under ${header.length} columns`
      yield { line, cells: undefined, problem }
    }
  } catch (error) {
    throw new WaggleError('INPUT_INVALID', `${path}: ${messageOf(error)}`, { cause: error })
  }
}

async function* jsonRows(path: string): AsyncGenerator<Row> {
  let line = 0
  for await (const text of createInterface({
    input: createReadStream(path),
    crlfDelay: Infinity,
  })) {
    line++
    if (text.trim() === '') continue
    try {
      const cells: unknown = JSON.parse(text)
      if (typeof cells !== 'object' || cells === null || Array.isArray(cells))
        throw new Error('no object')
      yield { line, cells: cells as Record<string, unknown> }
    } catch (error) {
      yield { line, cells: undefined, problem: messageOf(error) }
    }
  }
}

const PARSERS = {
  timestampFromMilliseconds: (millis: bigint) => new FileTime(Number(millis) * 1000),
  timestampFromMicroseconds: (micros: bigint) => new FileTime(Number(micros)),
  timestampFromNanoseconds: (nanos: bigint) => new FileTime(Number(nanos / 1000n)),
  dateFromDays: (days: number) => new Date(days * 86_400_000).toISOString().slice(0, 10),
}

async function* parquetRows(path: string): AsyncGenerator<Row> {
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
    let rowStart = 0
    for (const { num_rows: rows } of metadata.row_groups) {
      const rowEnd = rowStart + Number(rows)
      const range = { file: buffer, metadata, compressors, parsers: PARSERS, rowStart, rowEnd }
      for (const cells of await parquetReadObjects(range)) yield { line: ++rowStart, cells }
    }
  } catch (error) {
    throw new WaggleError('INPUT_INVALID', `${path}: ${messageOf(error)}`, { cause: error })
  } finally {
    await file.close()
  }
}
