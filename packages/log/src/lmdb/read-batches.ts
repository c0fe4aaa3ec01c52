import type { LogRecord } from '../event-log.ts'
import { decodeBatch } from './batch-frame.ts'
import { baseOffsetOf, batchKey, type Storage } from './storage.ts'

export interface PartitionId {
  readonly topic: string
  readonly topicId: number
  readonly partition: number
}

/** Records from an offset on, at most `max`; empty where there are none. */
export function readRecords(
  storage: Storage,
  { topic, topicId, partition }: PartitionId,
  offset: number,
  max: number,
): LogRecord[] {
  const records: LogRecord[] = []
  const first = floorKey(storage, topicId, partition, offset)
  if (first === undefined || max <= 0) return records
  const end = batchKey(topicId, partition + 1, 0)
  for (const { key, value } of storage.batches.getRange({ start: first, end })) {
    storage.scanned(value.length)
    const base = baseOffsetOf(key, topicId, partition)!
    const skip = Math.max(0, offset - base)
    const whole = decodeBatch(value, { topic, partition }, base, skip, records, max)
    if (!whole || records.length >= max) break
  }
  return records
}

/** Key of the batch that holds the offset, or of the last one before it. */
export function floorKey(
  storage: Storage,
  topicId: number,
  partition: number,
  offset: number,
): Buffer | undefined {
  const start = batchKey(topicId, partition, offset)
  for (const key of storage.batches.getKeys({ start, reverse: true, limit: 1 })) {
    return baseOffsetOf(key, topicId, partition) === undefined ? undefined : key
  }
  return undefined
}
