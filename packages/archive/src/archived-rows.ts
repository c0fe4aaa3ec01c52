import { EnvelopeView } from '@waggle/codec'
import type { TopicPartition } from '@waggle/event'
import type { Headers, LogRecord, RecordBlock } from '@waggle/log'
import { headersOfText } from './header-text.ts'
import type { RowGroup } from './row-group.ts'

export interface RowSource {
  readonly rows: RowGroup
  readonly admitted: boolean
}

/** Rows of a segment in the order of their offsets, wherever they were stored. */
export class ArchivedRows {
  readonly count: number
  readonly #at: TopicPartition
  readonly #sources: readonly RowSource[]
  readonly #source: Uint8Array
  readonly #row: Uint32Array

  private constructor(
    at: TopicPartition,
    sources: readonly RowSource[],
    source: Uint8Array,
    row: Uint32Array,
    count: number,
  ) {
    this.#at = at
    this.#sources = sources
    this.#source = source
    this.#row = row
    this.count = count
  }

  /** Rows from an offset on up to `last`, at most `max`. */
  static merge(
    at: TopicPartition,
    sources: readonly RowSource[],
    from: number,
    last: number,
    max: number,
  ): ArchivedRows {
    const heads = sources.map(({ rows }) => lowerBound(rows.offsets, from))
    const left = sources.reduce((sum, { rows }, s) => sum + rows.offsets.length - heads[s]!, 0)
    const source = new Uint8Array(Math.min(max, left))
    const row = new Uint32Array(source.length)
    let count = 0
    while (count < source.length) {
      let least = Infinity
      let chosen = -1
      for (let s = 0; s < sources.length; s++) {
        const offset = sources[s]!.rows.offsets[heads[s]!]
        if (offset === undefined || offset >= least) continue
        least = offset
        chosen = s
      }
      if (chosen < 0 || least > last) break
      source[count] = chosen
      row[count++] = heads[chosen]!++
    }
    return new ArchivedRows(at, sources, source, row, count)
  }

  records(): LogRecord[] {
    return Array.from({ length: this.count }, (_, i) => this.record(i))
  }

  record(i: number): LogRecord {
    const { rows, admitted } = this.#sources[this.#source[i]!]!
    return new ArchivedRecord(this.#at, rows, this.#row[i]!, admitted)
  }

  /** Whether admission let the row in, so that its value is an event. */
  admitted(i: number): boolean {
    return this.#sources[this.#source[i]!]!.admitted
  }

  /** Where all rows stand in one file, its page as it is: nothing is copied. */
  block(): RecordBlock {
    const { topic, partition } = this.#at
    const { count } = this
    const source = this.#source.subarray(0, count)
    const only = source.every((s) => s === source[0]) ? this.#sources[source[0] ?? -1] : undefined
    const columns = only === undefined ? this.#copied() : stretch(only.rows, this.#row[0]!, count)
    return { topic, partition, count, ...columns, record: (i) => this.record(i) }
  }

  #copied(): Columns {
    const { count } = this
    const starts = new Uint32Array(count)
    const ends = new Uint32Array(count)
    const offsets = new Float64Array(count)
    let size = 0
    for (let i = 0; i < count; i++) {
      const { values, offsets: from } = this.#sources[this.#source[i]!]!.rows
      const row = this.#row[i]!
      starts[i] = size
      ends[i] = size += values.ends[row]! - values.starts[row]!
      offsets[i] = from[row]!
    }
    const bytes = Buffer.allocUnsafeSlow(size)
    for (let i = 0; i < count; i++) {
      const { values } = this.#sources[this.#source[i]!]!.rows
      const row = this.#row[i]!
      values.bytes.copy(bytes, starts[i]!, values.starts[row]!, values.ends[row]!)
    }
    return { bytes, starts, ends, offsets }
  }
}

type Columns = Pick<RecordBlock, 'bytes' | 'starts' | 'ends' | 'offsets'>

function stretch({ values, offsets }: RowGroup, first: number, count: number): Columns {
  const end = first + count
  return {
    bytes: values.bytes,
    starts: values.starts.subarray(first, end),
    ends: values.ends.subarray(first, end),
    offsets: offsets.subarray(first, end),
  }
}

/** A record as the log had it; its headers are made when they are asked for, which replays hardly do. */
class ArchivedRecord implements LogRecord {
  readonly topic: string
  readonly partition: number
  readonly offset: bigint
  readonly key: string
  readonly value: Buffer
  readonly appendedAt: number
  readonly #rows: RowGroup
  readonly #row: number
  readonly #admitted: boolean

  constructor(
    { topic, partition }: TopicPartition,
    rows: RowGroup,
    row: number,
    admitted: boolean,
  ) {
    this.topic = topic
    this.partition = partition
    this.offset = BigInt(rows.offsets[row]!)
    this.key = rows.keys[row]!
    this.value = rows.value(row)
    this.appendedAt = rows.appendedAt[row]!
    this.#rows = rows
    this.#row = row
    this.#admitted = admitted
  }

  get headers(): Headers {
    const envelope = this.#admitted ? EnvelopeView.trusted(this.value, 0) : undefined
    return headersOfText(this.#rows.headers[this.#row]!, envelope)
  }
}

/** Where the first number stands that is not below `wanted`. */
function lowerBound(sorted: Float64Array, wanted: number): number {
  let [low, high] = [0, sorted.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if (sorted[middle]! < wanted) low = middle + 1
    else high = middle
  }
  return low
}
