import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib'
import {
  parquetMetadata,
  parquetRead,
  type AsyncBuffer,
  type DecodedArray,
  type FileMetaData,
} from 'hyparquet'
import { ByteWriter, parquetWrite } from 'hyparquet-writer'
import type { ArchivedRow } from './archived-row.ts'
import { COLUMNS, RECORD_COLUMNS } from './segment-columns.ts'

/** Rows decoded at once by a reader; what a merge over many partitions holds in memory goes by it. */
const ROW_GROUP = 16_384
const PAGE_BYTES = 4 * 2 ** 20
const LEVEL = 9

/** Rows of a group as columns, in the order of their offsets. */
export interface RowGroup {
  readonly offsets: Float64Array
  readonly appendedAt: Float64Array
  readonly keys: readonly string[]
  readonly headers: readonly string[]
  readonly values: readonly Uint8Array[]
}

export interface GroupRange {
  readonly rowStart: number
  readonly rowEnd: number
  readonly first: number
  readonly last: number
}

/** The same rows give the same bytes. */
export function writeParquet(rows: readonly ArchivedRow[]): Uint8Array {
  const writer = new ByteWriter()
  // Into a buffer it writes at once.
  void parquetWrite({
    writer,
    codec: 'ZSTD',
    compressors: { ZSTD: compress },
    rowGroupSize: ROW_GROUP,
    pageSize: PAGE_BYTES,
    createdBy: 'waggle',
    schema: [{ name: 'root', num_children: COLUMNS.length }, ...COLUMNS.map((c) => c.element)],
    columnData: COLUMNS.map(({ element, encoding, of }) => ({
      name: element.name,
      data: rows.map(of),
      ...(encoding === undefined ? {} : { encoding }),
      ...(element.name === 'value' ? { statistics: false } : {}),
    })),
  })
  return writer.getBytes()
}

/** A file in memory: which rows its groups hold, and each group when it is asked for. */
export class ParquetFile {
  readonly groups: readonly GroupRange[]
  readonly #metadata: FileMetaData
  readonly #file: AsyncBuffer

  constructor(bytes: Buffer) {
    const buffer = bytes.buffer as ArrayBuffer
    const at = bytes.byteOffset
    this.#file = {
      byteLength: bytes.length,
      slice: (start, end = bytes.length) => buffer.slice(at + start, at + end),
    }
    this.#metadata = parquetMetadata(buffer.slice(at, at + bytes.length), { parsers: PARSERS })
    let rowStart = 0
    this.groups = this.#metadata.row_groups.map(({ num_rows: rows, columns }) => {
      const offsets = columns.find((c) => c.meta_data?.path_in_schema[0] === 'offset')
      const { min_value: first, max_value: last } = offsets?.meta_data?.statistics ?? {}
      const rowEnd = rowStart + Number(rows)
      const range = { rowStart, rowEnd, first: Number(first), last: Number(last) }
      rowStart = rowEnd
      return range
    })
  }

  async read({ rowStart, rowEnd, first, last }: GroupRange): Promise<RowGroup> {
    // Offsets without a hole say themselves.
    const consecutive = last - first === rowEnd - rowStart - 1
    const columns = new Map<string, DecodedArray[]>()
    await parquetRead({
      file: this.#file,
      metadata: this.#metadata,
      columns: RECORD_COLUMNS.filter((name) => !consecutive || name !== 'offset'),
      compressors: { ZSTD: (input) => zstdDecompressSync(input) },
      utf8: false,
      parsers: PARSERS,
      rowStart,
      rowEnd,
      onChunk: ({ columnName, columnData }) => {
        const chunks = columns.get(columnName)
        if (chunks === undefined) columns.set(columnName, [columnData])
        else chunks.push(columnData)
      },
    })
    const all = <T>(name: string): readonly T[] => {
      const chunks = columns.get(name) ?? []
      return (chunks.length === 1 ? chunks[0]! : chunks.flatMap((c) => Array.from(c))) as T[]
    }
    return {
      offsets: consecutive
        ? Float64Array.from({ length: rowEnd - rowStart }, (_, row) => first + row)
        : Float64Array.from(all<bigint>('offset'), Number),
      appendedAt: Float64Array.from(all<number>('appended_at')),
      keys: all('key'),
      headers: all('headers'),
      values: all('value'),
    }
  }
}

const PARSERS = {
  timestampFromMicroseconds: (micros: bigint): number => Number(micros),
  stringFromBytes: (bytes: Uint8Array): string =>
    Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8'),
}

function compress(bytes: Uint8Array): Uint8Array {
  return zstdCompressSync(bytes, { params: { [constants.ZSTD_c_compressionLevel]: LEVEL } })
}
