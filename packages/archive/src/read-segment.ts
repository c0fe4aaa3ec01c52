import { messageOf, WaggleError } from '@waggle/base'
import { positionText } from '@waggle/event'
import { ArchivedRows, type RowSource } from './archived-rows.ts'
import type { ObjectStore } from './object-store.ts'
import { ParquetFile, type GroupRange, type RowGroup } from './parquet-file.ts'
import { segmentName, sha256, type Segment, type SegmentFile } from './segment.ts'

interface OpenFile {
  readonly parquet: ParquetFile
  readonly admitted: boolean
  /** The group read last: readers go forward. */
  group?: { readonly range: GroupRange; readonly rows: RowGroup }
}

/** Reads one segment forward; holds its files as they are stored and one group of rows of each. */
export class SegmentReader {
  readonly #store: ObjectStore
  readonly #segment: Segment
  #files: Promise<OpenFile[]> | undefined

  constructor(store: ObjectStore, segment: Segment) {
    this.#store = store
    this.#segment = segment
  }

  get bytes(): number {
    return this.#segment.files.reduce((sum, { bytes }) => sum + bytes, 0)
  }

  /**
   * Rows from an offset on, at most `max`, fewer at the end of a group; none where the segment has no more.
   * LOG_CORRUPT where a file is missing or not what was written; `input` is the last position that is lost by it,
   * so that readers who leave out damage go on behind the segment.
   */
  async read(offset: number, max: number): Promise<ArchivedRows> {
    const files = await (this.#files ??= this.#open()).catch((error: unknown) => {
      this.#files = undefined
      throw error
    })
    const sources: RowSource[] = []
    // Behind the last row of a group stands what is not read yet, unless the file ends there.
    let known = Infinity
    for (const file of files) {
      const at = file.parquet.groups.findIndex(({ last }) => last >= offset)
      const range = file.parquet.groups[at]
      if (range === undefined) continue
      if (file.group?.range !== range) file.group = { range, rows: await this.#group(file, range) }
      if (at + 1 < file.parquet.groups.length) known = Math.min(known, range.last)
      sources.push({ rows: file.group.rows, admitted: file.admitted })
    }
    return ArchivedRows.merge(this.#segment, sources, offset, known, max)
  }

  async #open(): Promise<OpenFile[]> {
    return Promise.all(
      this.#segment.files.map(async (file) => {
        const bytes = await this.#store.get(file.path)
        if (bytes === undefined) throw this.#damaged(file, 'is missing')
        if (sha256(bytes) !== file.sha256) throw this.#damaged(file, 'has another SHA-256')
        return { parquet: new ParquetFile(bytes), admitted: file.kind !== null }
      }),
    )
  }

  async #group({ parquet }: OpenFile, range: GroupRange): Promise<RowGroup> {
    try {
      return await parquet.read(range)
    } catch (error) {
      throw this.#damaged(this.#segment.files[0]!, messageOf(error))
    }
  }

  #damaged({ path }: SegmentFile, what: string): WaggleError {
    const { topic, partition, next } = this.#segment
    const last = positionText({ topic, partition, offset: BigInt(next - 1) })
    const name = segmentName(this.#segment)
    return new WaggleError('LOG_CORRUPT', `Archive: ${path} of ${name} ${what}`, { input: last })
  }
}
