import { WaggleError } from '@waggle/base'
import { positionText } from '@waggle/event'
import { ArchivedRows, type RowSource } from './archived-rows.ts'
import type { ObjectStore } from './object-store.ts'
import { ParquetFile } from './parquet-file.ts'
import type { RowGroup } from './row-group.ts'
import { segmentName, sha256, type Segment, type SegmentFile } from './segment.ts'

interface OpenFile {
  readonly parquet: ParquetFile
  readonly admitted: boolean
  /** The group read last, and the next one towards its end: readers go forward. */
  group?: Loading
  ahead?: Loading
}

interface Loading {
  readonly group: number
  readonly rows: Promise<RowGroup>
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
    const loading: Promise<RowSource>[] = []
    // Behind the last row of a group stands what is not read yet, unless the file ends there.
    let known = Infinity
    for (const file of files) {
      const { groups } = file.parquet
      const group = groups.findIndex(({ last }) => last >= offset)
      if (group < 0) continue
      file.group = loaded(file, group)
      if (group + 1 < groups.length) {
        const { last } = groups[group]!
        known = Math.min(known, last)
        // While these rows are consumed the next ones are unpacked, so late that few are held at once.
        if (offset + max > last) file.ahead = loaded(file, group + 1)
      }
      loading.push(file.group.rows.then((rows) => ({ rows, admitted: file.admitted })))
    }
    return ArchivedRows.merge(this.#segment, await Promise.all(loading), offset, known, max)
  }

  async #open(): Promise<OpenFile[]> {
    return Promise.all(
      this.#segment.files.map(async (file) => {
        const bytes = await this.#store.get(file.path)
        if (bytes === undefined) throw this.#damaged(file, 'is missing')
        if (sha256(bytes) !== file.sha256) throw this.#damaged(file, 'has another SHA-256')
        const parquet = new ParquetFile(bytes, (what) => this.#damaged(file, what))
        return { parquet, admitted: file.kind !== null }
      }),
    )
  }

  #damaged({ path }: SegmentFile, what: string): WaggleError {
    const { topic, partition, next } = this.#segment
    const last = positionText({ topic, partition, offset: BigInt(next - 1) })
    const name = segmentName(this.#segment)
    return new WaggleError('LOG_CORRUPT', `Archive: ${path} of ${name} ${what}`, { input: last })
  }
}

/** A group that is there or on its way, else one begun now. */
function loaded({ parquet, group: current, ahead }: OpenFile, group: number): Loading {
  const found = [current, ahead].find((loading) => loading?.group === group)
  if (found !== undefined) return found
  const rows = parquet.read(group)
  // Whoever needs the rows learns of it.
  rows.catch(() => undefined)
  return { group, rows }
}
