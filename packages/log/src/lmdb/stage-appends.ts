import type { Clock } from '@waggle/base'
import type { AppendRecord, AppendResult } from '../event-log.ts'
import { duplicateSeqError } from '../log-errors.ts'
import { extendWindow, lookupSeq, type ProducerWindow } from '../producer-window.ts'
import { encodeBatch } from './batch-frame.ts'
import { readRecords, type PartitionId } from './read-batches.ts'
import type { PartitionEnd, Storage } from './storage.ts'

/** A record with the partition it goes to. */
export interface PlacedRecord {
  readonly record: AppendRecord
  readonly at: PartitionId
}

interface StagedPartition {
  readonly at: PartitionId
  readonly end: PartitionEnd
  readonly records: AppendRecord[]
  readonly windows: Map<string, StagedWindow>
}

interface StagedWindow {
  readonly session: string
  readonly before: ProducerWindow
  window: ProducerWindow
}

/**
 * The appends of one transaction, worked out in memory before anything is written: a call that is refused
 * leaves no trace and the others go on. Lives inside one write transaction, so what it reads cannot change.
 */
export class StagedAppends {
  readonly #storage: Storage
  readonly #partitions = new Map<string, StagedPartition>()
  #lastPartition: StagedPartition | undefined

  constructor(storage: Storage) {
    this.#storage = storage
  }

  /** Stages one call: all of its records, or none and the reason thrown. */
  stage(records: readonly PlacedRecord[]): AppendResult[] {
    const lengths = new Map<StagedPartition, number>()
    const windows = new Map<StagedWindow, ProducerWindow>()
    try {
      return records.map((placed) => this.#stageOne(placed, lengths, windows))
    } catch (error) {
      for (const [partition, length] of lengths) partition.records.length = length
      for (const [staged, window] of windows) staged.window = window
      throw error
    }
  }

  /** Writes what is staged; returns whether there was anything. */
  write(clock: Clock): boolean {
    let wrote = false
    for (const { at, end, records, windows } of this.#partitions.values()) {
      if (records.length === 0) continue
      wrote = true
      const appendedAt = Math.max(end.lastAppendedAt, clock.now())
      const next = end.next + records.length
      this.#storage.putBatch(at.topicId, at.partition, end.next, encodeBatch(records, appendedAt))
      this.#storage.putEnd(at.topicId, at.partition, { next, lastAppendedAt: appendedAt })
      for (const { session, before, window } of windows.values()) {
        if (window !== before) this.#storage.putWindow(at.topicId, at.partition, session, window)
      }
    }
    return wrote
  }

  #stageOne(
    { record, at }: PlacedRecord,
    lengths: Map<StagedPartition, number>,
    windows: Map<StagedWindow, ProducerWindow>,
  ): AppendResult {
    const staged = this.#partitionOf(at)
    if (!lengths.has(staged)) lengths.set(staged, staged.records.length)
    const offset = staged.end.next + staged.records.length
    const { topic, partition } = at
    if (record.producer !== undefined) {
      const { session, seq } = record.producer
      const known = this.#windowOf(staged, session)
      if (!windows.has(known)) windows.set(known, known.window)
      const found = lookupSeq(known.window, seq)
      if (found.is === 'duplicate' && this.#holds(staged, found.offset, record)) {
        return { topic, partition, offset: BigInt(found.offset), duplicate: true }
      }
      if (found.is !== 'new') throw duplicateSeqError(at, session, seq)
      known.window = extendWindow(known.window, seq, offset)
    }
    staged.records.push(record)
    return { topic, partition, offset: BigInt(offset), duplicate: false }
  }

  #partitionOf(at: PartitionId): StagedPartition {
    const known = this.#lastPartition
    if (known?.at.topicId === at.topicId && known.at.partition === at.partition) return known
    const name = `${at.topicId}/${at.partition}`
    let staged = this.#partitions.get(name)
    if (staged === undefined) {
      staged = {
        at,
        end: this.#storage.end(at.topicId, at.partition),
        records: [],
        windows: new Map(),
      }
      this.#partitions.set(name, staged)
    }
    this.#lastPartition = staged
    return staged
  }

  #windowOf({ at, windows }: StagedPartition, session: string): StagedWindow {
    let staged = windows.get(session)
    if (staged === undefined) {
      const before = this.#storage.window(at.topicId, at.partition, session)
      staged = { session, before, window: before }
      windows.set(session, staged)
    }
    return staged
  }

  /** Whether the record there is this one; of one that was trimmed, which is in the archive, the number has to do. */
  #holds({ at, end, records }: StagedPartition, offset: number, { value }: AppendRecord): boolean {
    if (offset >= end.next) return Buffer.from(records[offset - end.next]!.value).equals(value)
    const [stored] = readRecords(this.#storage, at, offset, 1)
    return stored === undefined || stored.value.equals(value)
  }
}
