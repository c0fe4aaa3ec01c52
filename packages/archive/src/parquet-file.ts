import { constants, zstdCompressSync } from 'node:zlib'
import { messageOf, type WaggleError } from '@waggle/base'
import {
  parquetMetadata,
  parquetSchema,
  type ColumnMetaData,
  type FileMetaData,
  type SchemaTree,
} from 'hyparquet'
import { ByteWriter, parquetWrite } from 'hyparquet-writer'
import { DEFAULT_PARSERS } from 'hyparquet/src/convert.js'
import { getTreePath } from 'hyparquet/src/schema.js'
import type { ArchivedRow } from './archived-row.ts'
import { ColumnChunk } from './column-chunk.ts'
import { RowGroup, type GroupRange } from './row-group.ts'
import { COLUMNS, type RecordColumn } from './segment-columns.ts'

/** Rows decoded at once by a reader; what a merge over many partitions holds in memory goes by it. */
const ROW_GROUP = 16_384
const PAGE_BYTES = 4 * 2 ** 20
const LEVEL = 9

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
  readonly #bytes: Buffer
  readonly #metadata: FileMetaData
  readonly #schema: SchemaTree
  readonly #damaged: (what: string) => WaggleError

  /** `damaged` makes the error of a file that cannot be read, whatever of it is read when. */
  constructor(bytes: Buffer, damaged: (what: string) => WaggleError) {
    const { buffer, byteOffset: start, length } = bytes
    const copy = (buffer as ArrayBuffer).slice(start, start + length)
    this.#bytes = bytes
    this.#damaged = damaged
    this.#metadata = this.#guarded(() => parquetMetadata(copy, { parsers: PARSERS }))
    this.#schema = parquetSchema(this.#metadata)
    this.groups = this.#metadata.row_groups.map(({ num_rows: rows }, group) => {
      const { min_value: first, max_value: last } = this.#column(group, 'offset').statistics ?? {}
      return { rows: Number(rows), first: Number(first), last: Number(last) }
    })
  }

  async read(group: number): Promise<RowGroup> {
    const range = this.groups[group]!
    const chunk = (name: RecordColumn) => this.#chunk(group, range.rows, name)
    try {
      const values = await chunk('value').values()
      return new RowGroup(range, values, (name) => this.#guarded(() => chunk(name).all()))
    } catch (error) {
      throw this.#damaged(messageOf(error))
    }
  }

  #chunk(group: number, rows: number, name: RecordColumn): ColumnChunk {
    const column = this.#column(group, name)
    const { type, codec, path_in_schema: pathInSchema } = column
    const start = Number(column.dictionary_page_offset ?? column.data_page_offset)
    const bytes = this.#bytes.subarray(start, start + Number(column.total_compressed_size))
    const schemaPath = getTreePath(this.#schema, pathInSchema)
    const { element } = schemaPath.at(-1)!
    const parsers = { ...DEFAULT_PARSERS, ...PARSERS }
    const decoder = { pathInSchema, type, codec, element, schemaPath, parsers, utf8: false }
    return new ColumnChunk(bytes, rows, decoder)
  }

  #column(group: number, name: RecordColumn): ColumnMetaData {
    const { columns } = this.#metadata.row_groups[group]!
    const column = columns.find(({ meta_data: of }) => of?.path_in_schema[0] === name)?.meta_data
    if (column === undefined) throw this.#damaged(`has no column ${name}`)
    return column
  }

  #guarded<T>(read: () => T): T {
    try {
      return read()
    } catch (error) {
      throw this.#damaged(messageOf(error))
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
