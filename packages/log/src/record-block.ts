import type { Position, TopicPartition } from '@waggle/event'
import type { EventLog, LogRecord } from './event-log.ts'

/**
 * Records of one partition as columns: for loops over millions, which have no time for an object each.
 * Row by row the same as `read` gives, in the order of their offsets.
 */
export interface RecordBlock extends TopicPartition {
  readonly count: number
  /** Holds the value of row i between `starts[i]` and `ends[i]`. */
  readonly bytes: Buffer
  readonly starts: Uint32Array
  readonly ends: Uint32Array
  readonly offsets: Float64Array
  /** One row as `read` gives it. */
  record(row: number): LogRecord
}

/** What an engine may offer beyond the minimum to read faster; without it the same is made of `read`. */
export interface BlockReads {
  /** At most `maxRecords` from a position on, as `read` gives them; no rows at the end. */
  readBlock(from: Position, maxRecords: number): Promise<RecordBlock>
  /** The records at these offsets, which ascend; those that hold none are left out. */
  readAt(at: TopicPartition, offsets: readonly number[]): Promise<RecordBlock>
}

/** Offsets as near as this are read in one go: a record over is cheaper than a read more. */
const GAP_MAX = 64
const RANGE_MAX = 4096

/** Reads of blocks on any engine. */
export function blockReadsOf(log: Pick<EventLog, 'blocks' | 'read'>): BlockReads {
  return (
    log.blocks ?? {
      readBlock: async (from, maxRecords) => blockOf(from, await log.read(from, maxRecords)),
      readAt: async (at, offsets) => {
        const wanted = new Set(offsets)
        const records: LogRecord[] = []
        for (const [first, last] of rangesOf(offsets)) {
          for (let next = first; next <= last;) {
            const found = await log.read({ ...at, offset: BigInt(next) }, last - next + 1)
            if (found.length === 0) break
            records.push(...found.filter(({ offset }) => wanted.has(Number(offset))))
            next = Number(found.at(-1)!.offset) + 1
          }
        }
        return blockOf(at, records)
      },
    }
  )
}

export function blockOf(at: TopicPartition, records: readonly LogRecord[]): RecordBlock {
  const { topic, partition } = at
  const count = records.length
  const starts = new Uint32Array(count)
  const ends = new Uint32Array(count)
  const offsets = new Float64Array(count)
  let end = 0
  records.forEach(({ value, offset }, row) => {
    starts[row] = end
    ends[row] = end += value.length
    offsets[row] = Number(offset)
  })
  const bytes = Buffer.concat(
    records.map(({ value }) => value),
    end,
  )
  return { topic, partition, count, bytes, starts, ends, offsets, record: (row) => records[row]! }
}

/** First and last offset of stretches without a wide gap, none too long for one read. */
function rangesOf(offsets: readonly number[]): [first: number, last: number][] {
  const ranges: [number, number][] = []
  for (const offset of offsets) {
    const range = ranges.at(-1)
    if (range !== undefined && offset - range[1] <= GAP_MAX && offset - range[0] < RANGE_MAX)
      range[1] = offset
    else ranges.push([offset, offset])
  }
  return ranges
}
