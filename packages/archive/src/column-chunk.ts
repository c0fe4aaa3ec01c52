import { promisify } from 'node:util'
import { zstdDecompress, zstdDecompressSync } from 'node:zlib'
import type { DecodedArray, PageHeader } from 'hyparquet'
import { parquetHeader, readColumn } from 'hyparquet/src/column.js'
import type { ColumnDecoder } from 'hyparquet/src/types.js'

/** Texts or bytes of many rows as they stand one behind the other. */
export interface Values {
  readonly bytes: Buffer
  readonly starts: Uint32Array
  readonly ends: Uint32Array
}

/** One column of one group, as it is stored. */
export class ColumnChunk {
  readonly #bytes: Buffer
  readonly #rows: number
  readonly #decoder: ColumnDecoder

  constructor(bytes: Buffer, rows: number, decoder: ColumnDecoder) {
    this.#bytes = bytes
    this.#rows = rows
    this.#decoder = { ...decoder, compressors: { ZSTD: unpackNow } }
  }

  all<T>(): readonly T[] {
    const reader = { view: viewOf(this.#bytes), offset: 0 }
    const rows = { groupStart: 0, selectStart: 0, selectEnd: this.#rows, groupRows: this.#rows }
    const chunks: DecodedArray[] = readColumn(reader, rows, this.#decoder).data
    const all = chunks.length === 1 ? chunks[0]! : chunks.flatMap((chunk) => Array.from(chunk))
    if (all.length !== this.#rows) throw new Error(`${all.length} of ${this.#rows} rows are there`)
    return all as T[]
  }

  /** Of a column of bytes without nulls: unpacked in the thread pool, and left as they stand in their page. */
  async values(): Promise<Values> {
    const pages = this.#plainPages()
    if (pages === undefined) return joined(this.all<Uint8Array>())
    const unpacked = await Promise.all(pages)
    return plainValues(unpacked.length === 1 ? unpacked[0]! : Buffer.concat(unpacked), this.#rows)
  }

  /** Undefined where a page is stored in another way, as few values of many rows may be. */
  #plainPages(): Promise<Buffer>[] | undefined {
    const reader = { view: viewOf(this.#bytes), offset: 0 }
    const pages: (() => Promise<Buffer>)[] = []
    while (reader.offset < this.#bytes.length) {
      const header = parquetHeader(reader)
      if (!isPlain(header) || this.#decoder.codec !== 'ZSTD') return undefined
      const page = this.#bytes.subarray(
        reader.offset,
        (reader.offset += header.compressed_page_size),
      )
      pages.push(() => unpack(page, header.uncompressed_page_size))
    }
    return pages.map((start) => start())
  }
}

function isPlain({ data_page_header_v2: header }: PageHeader): boolean {
  return (
    header?.encoding === 'PLAIN' &&
    header.is_compressed !== false &&
    header.definition_levels_byte_length + header.repetition_levels_byte_length === 0
  )
}

/** PLAIN of the Parquet format: each value behind its length, u32, little-endian. */
function plainValues(bytes: Buffer, count: number): Values {
  const starts = new Uint32Array(count)
  const ends = new Uint32Array(count)
  let at = 0
  for (let row = 0; row < count; row++) {
    starts[row] = at + 4
    ends[row] = at += 4 + bytes.readUInt32LE(at)
  }
  if (at !== bytes.length) throw new Error(`Values take ${at} bytes of ${bytes.length}`)
  return { bytes, starts, ends }
}

function joined(values: readonly Uint8Array[]): Values {
  const ends = new Uint32Array(values.length)
  let end = 0
  values.forEach((value, row) => (ends[row] = end += value.length))
  const starts = ends.map((_, row) => ends[row - 1] ?? 0)
  return { bytes: Buffer.concat(values, end), starts, ends }
}

function viewOf({ buffer, byteOffset, length }: Buffer): DataView<ArrayBuffer> {
  return new DataView(buffer as ArrayBuffer, byteOffset, length)
}

/** Room for all at once; without a byte to spare, more room would be made. */
function roomFor(size: number): { chunkSize: number } {
  return { chunkSize: Math.max(64, size + 1) }
}

function unpackNow(page: Uint8Array, size: number): Uint8Array {
  return zstdDecompressSync(page, roomFor(size))
}

const unpackLater = promisify(zstdDecompress)

async function unpack(page: Buffer, size: number): Promise<Buffer> {
  const bytes = await unpackLater(page, roomFor(size))
  if (bytes.length !== size) throw new Error(`A page has ${bytes.length} bytes, not ${size}`)
  return bytes
}
