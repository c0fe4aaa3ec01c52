import { crc32 } from 'node:zlib'
import type { WaggleError } from '@waggle/base'
import type { Position, TopicPartition } from '@waggle/event'
import { outOfRangeError } from '../log-errors.ts'
import type { BlockReads, RecordBlock } from '../record-block.ts'
import { corrupt, decodeRecord, HEAD_BYTES, u32, valueStart } from './batch-frame.ts'
import { CrcFold, FOLD_BYTES_MAX } from './crc-fold.ts'
import { floorKey, type PartitionId } from './read-batches.ts'
import { startOf } from './retention.ts'
import { baseOffsetOf, batchKey, type Storage } from './storage.ts'

/** Small frames are put together up to this; one that begins with as much as the other stands for itself, uncopied. */
const BLOCK_BYTES = 128 * 1024
const ALONE_BYTES = 32 * 1024

/** Room is made for so many; of smaller records a block holds fewer than it might. */
const LIKELY_RECORD_BYTES = 80

/** Where records of a block begin, and their values; grows as rows are added. */
class Rows {
  count = 0
  readonly heads: Uint32Array
  readonly starts: Uint32Array
  readonly ends: Uint32Array
  readonly offsets: Float64Array

  constructor(max: number) {
    // One piece of memory: to ask for four costs more than to fill them.
    const room = new ArrayBuffer(max * 20)
    this.offsets = new Float64Array(room, 0, max)
    this.heads = new Uint32Array(room, max * 8, max)
    this.starts = new Uint32Array(room, max * 12, max)
    this.ends = new Uint32Array(room, max * 16, max)
  }

  add(head: number, start: number, end: number, offset: number): void {
    const row = this.count++
    this.heads[row] = head
    this.starts[row] = start
    this.ends[row] = end
    this.offsets[row] = offset
  }

  block({ topic, partition }: PartitionId, bytes: Buffer): RecordBlock {
    const { count, heads, starts, ends, offsets } = this
    const record = (row: number) => {
      const offset = BigInt(offsets[row]!)
      return decodeRecord(bytes, heads[row]!, ends[row]!, { topic, partition }, offset)
    }
    return { topic, partition, count, bytes, starts, ends, offsets, record }
  }
}

/** `locate` is called before each read, and refuses partitions that there are not. */
export function lmdbBlockReads(
  storage: Storage,
  locate: (at: TopicPartition) => PartitionId,
): BlockReads {
  /** How many records there are from an offset on. */
  const countFrom = (at: PartitionId, offset: bigint): number => {
    const { next } = storage.end(at.topicId, at.partition)
    if (offset > next) throw outOfRangeError({ ...at, offset }, BigInt(next))
    return next - Number(offset)
  }
  return {
    readBlock: async (from, maxRecords) => {
      const at = locate(from)
      const max = Math.min(maxRecords, countFrom(at, from.offset))
      const block = readBlock(storage, at, Number(from.offset), max)
      if (block.count === 0 && max > 0) checkStart(storage, at, from)
      return block
    },
    readAt: async (wanted, offsets) => {
      const at = locate(wanted)
      countFrom(at, BigInt((offsets.at(-1) ?? -1) + 1))
      const [first] = offsets
      if (first !== undefined) checkStart(storage, at, { ...wanted, offset: BigInt(first) })
      return readAt(storage, at, offsets)
    },
  }
}

/** Nothing was found before the end: has it been trimmed? */
export function checkStart(storage: Storage, at: PartitionId, from: Position): void {
  const start = startOf(storage, at)
  if (from.offset >= start) return
  throw outOfRangeError(from, BigInt(storage.end(at.topicId, at.partition).next), start)
}

/** Records from an offset on as a block; every byte given has been checked, mostly by one CRC over all of them. */
function readBlock(storage: Storage, at: PartitionId, offset: number, max: number): RecordBlock {
  const { base, bytes, firstBytes } = framesFrom(storage, at, offset, max)
  const rows = new Rows(Math.min(max, Math.ceil(bytes.length / LIKELY_RECORD_BYTES)))
  // Numbers of what stands behind records that are not checked rest on their lengths alone.
  const skipped = offset - base
  const sure =
    skipped === 0 ||
    countOf(bytes, firstBytes) === frameCount(storage, at, base) ||
    startsWhole(bytes, skipped)
  let head = 0
  for (let next = base; sure && head < bytes.length && rows.count < rows.heads.length; next++) {
    const end = recordEnd(bytes, head)
    if (end === undefined) break
    if (next >= offset) rows.add(head, valueStart(bytes, head, end), end, next)
    head = end
  }
  if (!allWhole(bytes, rows)) rows.count = firstDamaged(bytes, rows)
  if (rows.count === 0 && bytes.length > 0) throw corrupt({ ...at, offset: BigInt(offset) })
  return rows.block(at, bytes)
}

/** The records at these offsets, which ascend and are below the end; only their bytes are checked. */
function readAt(storage: Storage, at: PartitionId, offsets: readonly number[]): RecordBlock {
  const rows = new Rows(offsets.length)
  const runs: Buffer[] = []
  let bytes = 0
  const checked = (): Buffer => {
    const all = Buffer.concat(runs, bytes)
    if (!allWhole(all, rows)) throw damagedAt(at, offsets[firstDamaged(all, rows)]!)
    return all
  }
  while (rows.count < offsets.length) {
    const { base, count, frame } = frameOf(storage, at, offsets[rows.count]!)
    const before = rows.count
    const found = copyRuns(frame, { base, count, offsets, rows, bytes })
    runs.push(...found)
    for (const run of found) bytes += run.length
    if (rows.count > before) continue
    checked()
    throw damagedAt(at, offsets[before]!)
  }
  return rows.block(at, checked())
}

interface Picking {
  readonly base: number
  /** How many records the frame must have. */
  readonly count: number
  readonly offsets: readonly number[]
  readonly rows: Rows
  /** Where the first run will stand. */
  readonly bytes: number
}

/**
 * Adds the next offsets' records as rows, as far as this frame goes; their bytes, neighbours in one piece. Where a length
 * in the frame is damaged, numbers rest on the records before, which are checked: so it stops before a gap.
 */
function copyRuns(frame: Buffer, { base, count, offsets, rows, bytes }: Picking): Buffer[] {
  const before = rows.count
  const regular = countOf(frame, frame.length) === count
  if (!regular && !startsWhole(frame, offsets[before]! - base)) return []
  const runs: Buffer[] = []
  let [head, runStart, shift] = [0, 0, bytes]
  const endRun = (): void => {
    if (head > runStart) runs.push(Buffer.from(frame.subarray(runStart, head)))
  }
  for (let next = base; rows.count < offsets.length; next++) {
    const end = recordEnd(frame, head)
    if (end === undefined) break
    if (next === offsets[rows.count]) {
      const place = head - runStart + shift
      rows.add(place, valueStart(frame, head, end) - head + place, end - head + place, next)
    } else {
      if (!regular && rows.count > before) break
      endRun()
      shift += head - runStart
      runStart = end
    }
    head = end
  }
  endRun()
  return runs
}

function damagedAt(at: PartitionId, offset: number): WaggleError {
  return corrupt({ ...at, offset: BigInt(offset) })
}

/** The frames from the one that holds the offset on, one behind the other, until there is enough. */
function framesFrom(
  storage: Storage,
  { topicId, partition }: PartitionId,
  offset: number,
  max: number,
): { base: number; bytes: Buffer; firstBytes: number } {
  const nothing = { base: offset, bytes: Buffer.alloc(0), firstBytes: 0 }
  const first = max <= 0 ? undefined : floorKey(storage, topicId, partition, offset)
  if (first === undefined) return nothing
  const base = baseOffsetOf(first, topicId, partition)!
  const end = batchKey(topicId, partition + 1, 0)
  const frames: Buffer[] = []
  let size = 0
  for (const { key, value } of storage.batches.getRange({ start: first, end })) {
    if (baseOffsetOf(key, topicId, partition)! - offset >= max) break
    frames.push(value)
    size += value.length
    if (frames[0]!.length >= ALONE_BYTES || size >= BLOCK_BYTES) break
  }
  storage.scanned(size)
  const bytes = frames.length === 1 ? frames[0]! : Buffer.concat(frames, size)
  return { base, bytes, firstBytes: frames[0]?.length ?? 0 }
}

/**
 * The frame that holds an offset; empty where it is gone. Its bytes stand in a buffer of the engine's that the next
 * read overwrites: frames are large, and little is taken out of each.
 */
function frameOf(
  storage: Storage,
  at: PartitionId,
  offset: number,
): { base: number; count: number; frame: Buffer } {
  const gone = { base: offset, count: 0, frame: Buffer.alloc(0) }
  const key = floorKey(storage, at.topicId, at.partition, offset)
  if (key === undefined) return gone
  const base = baseOffsetOf(key, at.topicId, at.partition)!
  const count = frameCount(storage, at, base)
  const frame = storage.batches.getBinaryFast(key)
  return frame === undefined ? gone : { base, count, frame }
}

/** Where a record ends; undefined where its length leads out of the bytes. */
function recordEnd(bytes: Buffer, head: number): number | undefined {
  if (head + HEAD_BYTES > bytes.length) return undefined
  const end = head + HEAD_BYTES + u32(bytes, head + 4)
  return end > bytes.length ? undefined : end
}

/** How many records their lengths make of a frame: a damaged length makes another number, or none. */
function countOf(bytes: Buffer, frameEnd: number): number | undefined {
  let count = 0
  for (let head = 0; head !== frameEnd; count++) {
    const end = recordEnd(bytes, head)
    if (end === undefined || end > frameEnd) return undefined
    head = end
  }
  return count
}

/** Whether so many records from the start of a frame are as they were written. */
function startsWhole(frame: Buffer, count: number): boolean {
  let head = 0
  for (let i = 0; i < count; i++) {
    const end = recordEnd(frame, head)
    if (end === undefined || !isWhole(frame, head, end)) return false
    head = end
  }
  return true
}

/** How many records a frame has, by where the next one begins. */
function frameCount(storage: Storage, { topicId, partition }: PartitionId, base: number): number {
  const range = {
    start: batchKey(topicId, partition, base + 1),
    end: batchKey(topicId, partition + 1, 0),
  }
  for (const key of storage.batches.getKeys({ ...range, limit: 1 }))
    return baseOffsetOf(key, topicId, partition)! - base
  return storage.end(topicId, partition).next - base
}

function isWhole(bytes: Buffer, head: number, end: number): boolean {
  return crc32(bytes.subarray(head + 4, end)) === u32(bytes, head)
}

/** Rows follow each other without a gap, so one CRC over all of them shows whether each has its own. */
function allWhole(bytes: Buffer, { count, heads, ends }: Rows): boolean {
  const fold = new CrcFold()
  let from = heads[0]!
  for (let row = 0; row < count; row++) {
    const [head, end] = [heads[row]!, ends[row]!]
    const length = end - head - 4
    if (length < FOLD_BYTES_MAX) {
      const crc = u32(bytes, head) | 0
      fold.word(crc)
      fold.bytes(length, crc)
      continue
    }
    if (!fold.matches(bytes.subarray(from, head)) || !isWhole(bytes, head, end)) return false
    fold.clear()
    from = end
  }
  return count === 0 || fold.matches(bytes.subarray(from, ends[count - 1]))
}

function firstDamaged(bytes: Buffer, { count, heads, ends }: Rows): number {
  for (let row = 0; row < count; row++) if (!isWhole(bytes, heads[row]!, ends[row]!)) return row
  return count
}
