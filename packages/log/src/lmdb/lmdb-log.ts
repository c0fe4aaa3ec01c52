import { mkdirSync } from 'node:fs'
import type { Clock } from '@waggle/base'
import type { Position, TopicPartition } from '@waggle/event'
import type { AppendRecord, EventLog, LogRecord } from '../event-log.ts'
import { checkPartition, closedError, outOfRangeError, partitionCountOf } from '../log-errors.ts'
import { choosePartition } from '../partition-of.ts'
import { tailByReading } from '../tail.ts'
import { checkStart, lmdbBlockReads } from './block-reads.ts'
import { CommitWatch } from './commit-watch.ts'
import { GroupCommit } from './group-commit.ts'
import { readRecords, type PartitionId } from './read-batches.ts'
import { lmdbRetention } from './retention.ts'
import { SeenEnds } from './seen-ends.ts'
import type { PlacedRecord } from './stage-appends.ts'
import { Storage } from './storage.ts'

export interface LmdbLogOptions {
  /** Folder of the log; made if it is missing. Several processes may open it. Never on a network drive. */
  readonly path: string
  readonly topics: Readonly<Record<string, number>>
  readonly clock: Clock
  /** Pages of the log that stay mapped are given back after reading so many bytes; 64 MiB if left out. */
  readonly scanBytes?: number
}

/** The embedded engine: one LMDB environment, durable before it acknowledges, shared between processes. */
export async function openLmdbLog(options: LmdbLogOptions): Promise<EventLog> {
  const { path, topics, clock, scanBytes } = options
  mkdirSync(path, { recursive: true })
  const storage = new Storage(path, scanBytes)
  const entries = await storage.openTopics(topics)
  let closed = false

  const locate = (at: TopicPartition): PartitionId => {
    checkPartition(topics, at)
    return { topic: at.topic, partition: at.partition, topicId: entries.get(at.topic)!.id }
  }

  const seen = new SeenEnds(storage, locate)
  const watch = new CommitWatch(storage, seen)
  const commits = new GroupCommit(storage, clock, (commit) => watch.committed(commit))

  const place = (record: AppendRecord): PlacedRecord => {
    const partition = choosePartition(record, partitionCountOf(topics, record.topic))
    return { record, at: locate({ topic: record.topic, partition }) }
  }

  const fresh = (): void => {
    if (closed) throw closedError()
    storage.refresh()
  }

  const log: EventLog = {
    topics,
    supports: { idempotentAppend: true, atomicAppend: true, durable: true },
    append: async (records) => {
      if (closed) throw closedError()
      return commits.append(records.map(place))
    },
    read: async (from, maxRecords) => {
      fresh()
      return readFrom(storage, locate(from), from, maxRecords)
    },
    blocks: lmdbBlockReads(storage, (at) => {
      fresh()
      return locate(at)
    }),
    retention: lmdbRetention(storage, locate, () => watch.changed()),
    tail: (from, options) =>
      tailByReading(
        log,
        from,
        options,
        (signal) => watch.nextAppend(signal),
        (name, position) => !closed && seen.isAtEnd(name, position),
      ),
    ends: async (wanted) => {
      fresh()
      return wanted.map((wantedPartition) => {
        const { topic, topicId, partition } = locate(wantedPartition)
        return { topic, partition, offset: BigInt(storage.end(topicId, partition).next) }
      })
    },
    close: async () => {
      if (closed) return
      closed = true
      watch.stop()
      await commits.drained()
      await storage.close()
    },
  }
  return log
}

function readFrom(
  storage: Storage,
  at: PartitionId,
  from: Position,
  maxRecords: number,
): LogRecord[] {
  // Many ask at the end: one lookup answers that without a cursor.
  const { next } = storage.end(at.topicId, at.partition)
  if (from.offset > next) throw outOfRangeError(from, BigInt(next))
  if (from.offset === BigInt(next)) return []
  const records = readRecords(storage, at, Number(from.offset), maxRecords)
  if (records.length === 0) checkStart(storage, at, from)
  return records
}
