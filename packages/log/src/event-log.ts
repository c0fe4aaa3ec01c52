import type { Micros } from '@waggle/base'
import type { Position, TopicPartition } from '@waggle/event'
import type { BlockReads } from './record-block.ts'

/**
 * The log is the only truth. Records of a partition have consecutive offsets from 0, keep the order of
 * their appends and never change. What a reader sees is durable.
 */
export interface EventLog {
  /** Topics of this log with their number of partitions. */
  readonly topics: Readonly<Record<string, number>>
  /** What this engine does beyond the minimum; the conformance suite follows it. */
  readonly supports: LogFeatures

  /**
   * Appends all records durably and returns their positions in the given order. Records of one topic and
   * key keep their order. LOG_UNAVAILABLE: not acknowledged; where an engine does not recognise
   * repetitions, records of it may stand in the log all the same, and (session, seq) admits them once.
   */
  append(records: readonly AppendRecord[]): Promise<AppendResult[]>

  /** At most `maxRecords` from a position on; empty at the end. OFFSET_OUT_OF_RANGE beyond it. */
  read(from: Position, maxRecords: number): Promise<LogRecord[]>

  /**
   * Batches from these positions on, each of one partition and in its order; waits at the end for more
   * until the signal aborts. A batch holds at most `maxRecords`; nothing is read ahead of the consumer.
   */
  tail(from: readonly Position[], options: TailOptions): AsyncIterable<LogBatch>

  /** Reads of many records at once, where the engine has a faster way than `read`; see `blockReadsOf`. */
  readonly blocks?: BlockReads

  /** Where the engine can let go of what is archived, and take it back. */
  readonly retention?: LogRetention

  /** The offset the next record of each partition will get. */
  ends(partitions: readonly TopicPartition[]): Promise<Position[]>

  /** Finishes the appends under way; every later call throws LOG_CLOSED. */
  close(): Promise<void>
}

/** A log without its oldest records: what is before the start of a partition is in an archive. */
export interface LogRetention {
  /** The offset of the first record each partition still holds. */
  starts(partitions: readonly TopicPartition[]): Promise<Position[]>
  /**
   * Deletes records before a position, or fewer where the engine deletes in larger pieces; the start after it.
   * Reading them throws OFFSET_OUT_OF_RANGE from then on.
   */
  trim(before: Position): Promise<Position>
  /**
   * Puts records back from a position on, which must be the end of its partition, with the append times they had.
   * OFFSET_OUT_OF_RANGE elsewhere. Missing where append times are the engine's own (Kafka).
   */
  restore?(from: Position, records: readonly RestoredRecord[]): Promise<void>
}

export interface RestoredRecord extends Pick<
  AppendRecord,
  'key' | 'value' | 'headers' | 'producer'
> {
  readonly appendedAt: Micros
}

export interface LogFeatures {
  /** Recognises (session, seq) and returns the first position again. */
  readonly idempotentAppend: boolean
  /** All records of an append or none, whatever their partitions; otherwise only what is refused before sending. */
  readonly atomicAppend: boolean
  /** Records outlive the process. */
  readonly durable: boolean
}

export interface AppendRecord {
  readonly topic: string
  /** Chooses the partition (murmur2, as Kafka's Java client does). */
  readonly key: string
  /** Overrides the key's choice; for control records that go to every partition. */
  readonly partition?: number
  readonly value: Uint8Array
  readonly headers?: Headers
  /** Names the record for idempotent appends. */
  readonly producer?: ProducerStamp
}

export interface ProducerStamp {
  readonly session: string
  /** Grows within (session, topic, partition); need not be consecutive there. */
  readonly seq: number
}

export type Headers = Readonly<Record<string, string>>

export interface AppendResult extends Position {
  /** True where the record was in the log already; the position is the first one's. */
  readonly duplicate: boolean
}

export interface LogRecord extends Position {
  readonly key: string
  readonly value: Buffer
  readonly headers: Headers
  /** When the log took it: the third clock. Never decreases within a partition. */
  readonly appendedAt: Micros
}

export interface LogBatch extends TopicPartition {
  readonly records: readonly LogRecord[]
}

export interface TailOptions {
  readonly signal: AbortSignal
  readonly maxRecords: number
}
