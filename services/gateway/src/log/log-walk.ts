import { partitionName, type Position } from '@waggle/event'
import { blockReadsOf, type EventLog, type LogRecord } from '@waggle/log'

/** A stretch of one partition: [from, to), or of these offsets alone. */
export interface Stretch {
  readonly at: Position
  readonly from: number
  readonly to: number
  /** Ascending, all before `indexedTo`; what is behind is walked whole. */
  readonly picked?: { readonly offsets: readonly number[]; readonly indexedTo: number }
}

export interface WalkOptions {
  readonly log: EventLog
  readonly stretches: readonly Stretch[]
  readonly newestFirst: boolean
  /** Only what the log took at this time or later. */
  readonly since: number
}

interface Head {
  readonly stretch: Stretch
  readonly records: AsyncIterator<LogRecord>
  next: LogRecord
}

const CHUNK_RECORDS = 128

/**
 * Records of several partitions in the order in which the log took them, or backwards: by append time, which never
 * decreases within a partition, then by topic and partition.
 */
export async function* walkLog(options: WalkOptions): AsyncGenerator<LogRecord> {
  const { stretches, newestFirst, since } = options
  const heads: Head[] = []
  for (const stretch of stretches) {
    const records = newestFirst ? backwards(options, stretch) : forwards(options, stretch)
    const first = await records.next()
    if (first.done !== true) heads.push({ stretch, records, next: first.value })
  }
  const sign = newestFirst ? -1 : 1
  const order = (a: Head, b: Head): number =>
    sign * (a.next.appendedAt - b.next.appendedAt || compareNames(a.stretch.at, b.stretch.at))
  while (heads.length > 0) {
    const first = heads.reduce((best, head) => (order(head, best) < 0 ? head : best))
    if (first.next.appendedAt >= since) yield first.next
    const following = await first.records.next()
    const isOver = following.done === true || (newestFirst && first.next.appendedAt < since)
    if (isOver) heads.splice(heads.indexOf(first), 1)
    else first.next = following.value as LogRecord
  }
}

function compareNames(a: Position, b: Position): number {
  return partitionName(a) < partitionName(b) ? -1 : 1
}

async function* forwards(
  { log, since }: WalkOptions,
  { at, from, to, picked }: Stretch,
): AsyncGenerator<LogRecord> {
  let next = since === -Infinity ? from : await firstSince(log, at, { from, to, since })
  const { offsets, indexedTo } = picked ?? { offsets: [], indexedTo: 0 }
  const inside = offsets.filter((offset) => offset >= next && offset < Math.min(to, indexedTo))
  for (let index = 0; index < inside.length; index += CHUNK_RECORDS)
    yield* await readPicked(log, at, inside.slice(index, index + CHUNK_RECORDS))
  for (next = Math.max(next, indexedTo); next < to;) {
    const records = await readRange(log, at, next, Math.min(CHUNK_RECORDS, to - next))
    const last = records.at(-1)
    if (last === undefined) return
    yield* records.filter(({ offset }) => offset < to)
    next = Number(last.offset) + 1
  }
}

async function* backwards(
  { log }: WalkOptions,
  { at, from, to, picked }: Stretch,
): AsyncGenerator<LogRecord> {
  const { offsets, indexedTo } = picked ?? { offsets: [], indexedTo: from }
  const least = Math.max(from, indexedTo)
  for (let end = to; end > least;) {
    const start = Math.max(least, end - CHUNK_RECORDS)
    const records = await readRange(log, at, start, end - start)
    yield* records.filter(({ offset }) => offset < end).toReversed()
    end = start
  }
  const inside = offsets.filter((offset) => offset >= from && offset < Math.min(to, indexedTo))
  for (let end = inside.length; end > 0; end -= CHUNK_RECORDS) {
    const some = inside.slice(Math.max(0, end - CHUNK_RECORDS), end)
    yield* (await readPicked(log, at, some)).toReversed()
  }
}

function readRange(log: EventLog, at: Position, from: number, most: number): Promise<LogRecord[]> {
  return log.read({ ...at, offset: BigInt(from) }, most)
}

async function readPicked(
  log: EventLog,
  at: Position,
  offsets: readonly number[],
): Promise<LogRecord[]> {
  const block = await blockReadsOf(log).readAt(at, offsets)
  return Array.from({ length: block.count }, (_, row) => block.record(row))
}

/** The first offset taken at a time or later, by halving: append times never decrease. */
async function firstSince(
  log: EventLog,
  at: Position,
  { from, to, since }: { readonly from: number; readonly to: number; readonly since: number },
): Promise<number> {
  let low = from
  let high = to
  while (low < high) {
    const middle = Math.floor((low + high) / 2)
    const [record] = await readRange(log, at, middle, 1)
    if (record !== undefined && record.appendedAt < since) low = Number(record.offset) + 1
    else high = middle
  }
  return low
}
