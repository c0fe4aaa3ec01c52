import type { Clock, Micros } from '@waggle/base'
import { partitionName, type TopicPartition } from '@waggle/event'
import { AppendSignal } from '../append-signal.ts'
import type { AppendRecord, AppendResult, EventLog, LogRecord } from '../event-log.ts'
import {
  checkPartition,
  closedError,
  duplicateSeqError,
  outOfRangeError,
  partitionCountOf,
} from '../log-errors.ts'
import { choosePartition } from '../partition-of.ts'
import { EMPTY_WINDOW, extendWindow, lookupSeq, type ProducerWindow } from '../producer-window.ts'
import { tailByReading } from '../tail.ts'

interface Partition {
  records: LogRecord[]
  windows: Map<string, ProducerWindow>
  lastAppendedAt: Micros
}

/** A record with the partition it goes to. */
interface Placed {
  readonly record: AppendRecord
  readonly at: TopicPartition
  readonly partition: Partition
}

export interface MemoryLogOptions {
  readonly topics: Readonly<Record<string, number>>
  readonly clock: Clock
}

/** Deterministic engine for tests, simulations and forks; forgets everything at the end. */
export function createMemoryLog({ topics, clock }: MemoryLogOptions): EventLog {
  const partitions = new Map<string, Partition>()
  const appended = new AppendSignal()
  let closed = false

  const partitionAt = (at: TopicPartition): Partition => {
    checkPartition(topics, at)
    const name = partitionName(at)
    let partition = partitions.get(name)
    if (partition === undefined) {
      partition = { records: [], windows: new Map(), lastAppendedAt: 0 }
      partitions.set(name, partition)
    }
    return partition
  }

  const place = (record: AppendRecord): Placed => {
    const count = partitionCountOf(topics, record.topic)
    const at = { topic: record.topic, partition: choosePartition(record, count) }
    return { record, at, partition: partitionAt(at) }
  }

  const log: EventLog = {
    topics,
    supports: { idempotentAppend: true, atomicAppend: true, durable: false },
    append: async (records) => {
      if (closed) throw closedError()
      const placed = records.map(place)
      const undo = snapshot(placed)
      try {
        return placed.map((one) => appendTo(one, clock.now()))
      } catch (error) {
        undo()
        throw error
      } finally {
        appended.notify()
      }
    },
    read: async (from, maxRecords) => {
      if (closed) throw closedError()
      const { records } = partitionAt(from)
      if (from.offset > records.length) throw outOfRangeError(from, BigInt(records.length))
      const start = Number(from.offset)
      return records.slice(start, start + maxRecords)
    },
    tail: (from, options) => tailByReading(log, from, options, (signal) => appended.wait(signal)),
    ends: async (wanted) => {
      if (closed) throw closedError()
      return wanted.map((at) => ({ ...at, offset: BigInt(partitionAt(at).records.length) }))
    },
    close: async () => {
      closed = true
      appended.notify()
    },
  }
  return log
}

function appendTo({ record, at, partition }: Placed, now: Micros): AppendResult {
  const { producer } = record
  const offset = partition.records.length
  if (producer !== undefined) {
    const window = partition.windows.get(producer.session) ?? EMPTY_WINDOW
    const found = lookupSeq(window, producer.seq)
    if (found.is === 'duplicate' && partition.records[found.offset]!.value.equals(record.value)) {
      return { ...at, offset: BigInt(found.offset), duplicate: true }
    }
    if (found.is !== 'new') throw duplicateSeqError(at, producer.session, producer.seq)
    partition.windows.set(producer.session, extendWindow(window, producer.seq, offset))
  }
  partition.lastAppendedAt = Math.max(partition.lastAppendedAt, now)
  partition.records.push({
    ...at,
    offset: BigInt(offset),
    key: record.key,
    value: Buffer.from(record.value),
    headers: record.headers ?? {},
    appendedAt: partition.lastAppendedAt,
  })
  return { ...at, offset: BigInt(offset), duplicate: false }
}

/** Remembers what an append may change, so that a refused one leaves nothing behind. */
function snapshot(placed: readonly Placed[]): () => void {
  const before = placed.map(({ record, partition }) => {
    const session = record.producer?.session
    return {
      partition,
      length: partition.records.length,
      lastAppendedAt: partition.lastAppendedAt,
      session,
      window: session === undefined ? undefined : partition.windows.get(session),
    }
  })
  return () => {
    for (const { partition, length, lastAppendedAt, session, window } of before) {
      partition.records.length = length
      partition.lastAppendedAt = lastAppendedAt
      if (session === undefined) continue
      if (window === undefined) partition.windows.delete(session)
      else partition.windows.set(session, window)
    }
  }
}
