import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { messageOf, WaggleError } from '@waggle/base'
import { csvRecords } from './csv-records.ts'
import { NOT_UTF8, readLines, textOfLine, TOO_LONG, type FileLine } from './file-lines.ts'
import { parquetRows } from './parquet-rows.ts'
import type { Row } from './row.ts'

export type Format = 'csv' | 'parquet' | 'jsonl'
/** Bytes of a file that were read as rows, of its size; of Parquet, which has no rows in bytes, its share of rows. */
export type OnRead = (done: number, total: number) => void

export async function hashFile(path: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer)
  return hash.digest('hex')
}

export function readRows(
  path: string,
  format: Format,
  onRead: OnRead = () => {},
): AsyncGenerator<Row> {
  if (format === 'parquet') return parquetRows(path, onRead)
  const lines = readLines(countedChunks(path, onRead))
  return format === 'csv' ? csvRows(path, lines) : jsonRows(lines)
}

const CHUNK_BYTES = 1 << 18

async function* countedChunks(path: string, onRead: OnRead): AsyncGenerator<Buffer> {
  const { size } = await stat(path)
  let done = 0
  for await (const chunk of createReadStream(path, { highWaterMark: CHUNK_BYTES })) {
    yield chunk as Buffer
    // The next one is asked for when all rows of this one have been taken.
    done += (chunk as Buffer).length
    onRead(done, Math.max(done, size))
  }
}

async function* csvRows(path: string, lines: AsyncIterable<FileLine>): AsyncGenerator<Row> {
  let header: readonly string[] | undefined
  for await (const { fields, problem, ...at } of csvRecords(lines)) {
    if (fields?.join('') === '' && fields.length === 1) continue
    if (header === undefined) {
      if (fields === undefined)
        throw new WaggleError('INPUT_INVALID', `${path}: no header: ${problem!}`)
      header = fields
    } else if (fields === undefined) {
      yield { ...at, cells: undefined, problem: problem! }
    } else if (fields.length !== header.length) {
      const counts = `${fields.length} fields under ${header.length} columns`
      yield { ...at, cells: undefined, problem: counts }
    } else {
      yield { ...at, cells: Object.fromEntries(header.map((name, i) => [name, fields[i]])) }
    }
  }
}

async function* jsonRows(lines: AsyncIterable<FileLine>): AsyncGenerator<Row> {
  for await (const { tooLong, ...at } of lines) {
    const text = tooLong ? undefined : textOfLine(at.bytes)
    if (text === undefined) {
      yield { ...at, cells: undefined, problem: tooLong ? TOO_LONG : NOT_UTF8 }
    } else if (text.trim() !== '') yield { ...at, ...objectOf(text) }
  }
}

function objectOf(text: string): Pick<Row, 'cells' | 'problem'> {
  try {
    const cells: unknown = JSON.parse(text)
    if (typeof cells !== 'object' || cells === null || Array.isArray(cells))
      return { cells: undefined, problem: 'no object' }
    return { cells: cells as Record<string, unknown> }
  } catch (error) {
    return { cells: undefined, problem: messageOf(error) }
  }
}
