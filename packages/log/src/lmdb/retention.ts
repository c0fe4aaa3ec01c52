import { WaggleError } from '@waggle/base'
import { positionText, type Position, type TopicPartition } from '@waggle/event'
import type { LogRetention, RestoredRecord } from '../event-log.ts'
import { extendWindow, lookupSeq, type ProducerWindow } from '../producer-window.ts'
import { encodeBatch } from './batch-frame.ts'
import { floorKey, type PartitionId } from './read-batches.ts'
import { baseOffsetOf, batchKey, type Storage } from './storage.ts'

/** Keys removed in one transaction: others append between them. */
const KEYS_PER_TRANSACTION = 1000

/** Offset of the first record a partition still holds; its end where it holds none. */
export function startOf(storage: Storage, { topicId, partition }: PartitionId): bigint {
  const range = { start: batchKey(topicId, partition, 0), end: batchKey(topicId, partition + 1, 0) }
  for (const key of storage.batches.getKeys({ ...range, limit: 1 }))
    return BigInt(baseOffsetOf(key, topicId, partition)!)
  return BigInt(storage.end(topicId, partition).next)
}

export function lmdbRetention(
  storage: Storage,
  locate: (at: TopicPartition) => PartitionId,
  onRestored: () => void,
): LogRetention {
  return {
    starts: async (partitions) => {
      storage.refresh()
      return partitions.map((wanted) => {
        const { topic, partition } = wanted
        return { topic, partition, offset: startOf(storage, locate(wanted)) }
      })
    },
    trim: async (before) => {
      storage.refresh()
      const at = locate(before)
      const end = keepFrom(storage, at, before)
      while (await removeSome(storage, at, end)) storage.refresh()
      storage.refresh()
      return { topic: at.topic, partition: at.partition, offset: startOf(storage, at) }
    },
    restore: async (from, records) => {
      const at = locate(from)
      await storage.write(() => restoreAll(storage, at, from, records))
      onRestored()
    },
  }
}

/** Entries are removed whole: the one that holds `before` stays. */
function keepFrom(storage: Storage, at: PartitionId, { offset }: Position): Buffer {
  const { next } = storage.end(at.topicId, at.partition)
  const wanted = batchKey(at.topicId, at.partition, Number(offset))
  if (offset >= BigInt(next)) return wanted
  return floorKey(storage, at.topicId, at.partition, Number(offset)) ?? wanted
}

async function removeSome(storage: Storage, at: PartitionId, end: Buffer): Promise<boolean> {
  const start = batchKey(at.topicId, at.partition, 0)
  const keys = [...storage.batches.getKeys({ start, end, limit: KEYS_PER_TRANSACTION })]
  if (keys.length === 0) return false
  await storage.write(() => {
    for (const key of keys) void storage.batches.remove(key)
  })
  return keys.length === KEYS_PER_TRANSACTION
}

/** Runs of one append time are entries again; sessions are remembered as the appends left them. */
function restoreAll(
  storage: Storage,
  at: PartitionId,
  from: Position,
  records: readonly RestoredRecord[],
): void {
  const { topicId, partition } = at
  const end = storage.end(topicId, partition)
  if (from.offset !== BigInt(end.next))
    throw new WaggleError(
      'OFFSET_OUT_OF_RANGE',
      `${positionText(from)} cannot be restored to a partition that ends at ${end.next}`,
      { input: positionText(from) },
    )
  const windows = new Map<string, ProducerWindow>()
  let next = end.next
  for (const run of runsOf(records)) {
    storage.putBatch(topicId, partition, next, encodeBatch(run, run[0]!.appendedAt))
    for (const { producer } of run) {
      if (producer !== undefined) {
        const { session, seq } = producer
        const known = windows.get(session) ?? storage.window(topicId, partition, session)
        // A record that came again under the same number was refused by every reader; it opens no window.
        if (lookupSeq(known, seq).is === 'new') windows.set(session, extendWindow(known, seq, next))
      }
      next++
    }
  }
  for (const [session, window] of windows) storage.putWindow(topicId, partition, session, window)
  const lastAppendedAt = records.at(-1)?.appendedAt ?? end.lastAppendedAt
  storage.putEnd(topicId, partition, { next, lastAppendedAt })
  storage.putCommits(storage.commits() + 1)
}

function runsOf(records: readonly RestoredRecord[]): RestoredRecord[][] {
  const runs: RestoredRecord[][] = []
  for (const record of records) {
    const run = runs.at(-1)
    if (run?.[0]!.appendedAt === record.appendedAt) run.push(record)
    else runs.push([record])
  }
  return runs
}
