import type { Position, TopicPartition } from '@waggle/event'
import type { AppendRecord, LogRecord } from '../event-log.ts'

/** Where a Kafka cluster is and who we are there. */
export interface KafkaConnection {
  /** host:port of some brokers; the others are found through them. */
  readonly brokers: readonly string[]
  readonly clientId: string
  /** Encrypts; a CA in PEM where the system's are not enough, certificate and key for mutual TLS. */
  readonly tls?: KafkaTls
  readonly sasl?: KafkaSasl
  /** Before the name of every topic in Kafka, so that several buses can share a cluster; '' for none. */
  readonly topicPrefix: string
  /** Longest wait for an answer, in milliseconds. */
  readonly requestTimeoutMs: number
}

export interface KafkaTls {
  readonly ca?: string
  readonly cert?: string
  readonly key?: string
}

export interface KafkaSasl {
  readonly mechanism: 'PLAIN' | 'SCRAM-SHA-256' | 'SCRAM-SHA-512'
  readonly username: string
  readonly password: string
}

/** What the Kafka log asks of a client library. A driver that failed once is closed and made again. */
export interface KafkaDriver {
  /** Sends one batch for each partition, idempotent and acknowledged by all in-sync replicas. Base offsets in order. */
  produce(batches: readonly PartitionBatch[]): Promise<readonly bigint[]>
  /** Offsets of the first record still there, or behind the last one. */
  offsets(partitions: readonly TopicPartition[], edge: 'start' | 'end'): Promise<readonly bigint[]>
  /** Deletes the records before a position. */
  deleteBefore(position: Position): Promise<void>
  /** The broker that leads each partition. */
  leaders(partitions: readonly TopicPartition[]): Promise<readonly number[]>
  /** Reads from one broker, one request at a time. */
  fetcher(node: number): Fetcher
  close(): Promise<void>
}

export interface PartitionBatch extends TopicPartition {
  readonly records: readonly AppendRecord[]
}

export interface Fetcher {
  /** Whatever the broker has of these partitions; waits up to `maxWaitMs` where it has nothing. */
  fetch(from: readonly Position[], limits: FetchLimits): Promise<readonly FetchedPartition[]>
  close(): Promise<void>
}

export interface FetchLimits {
  readonly maxWaitMs: number
  readonly maxBytes: number
  readonly partitionMaxBytes: number
}

export interface FetchedPartition extends TopicPartition {
  readonly records: LogRecord[]
  /** Behind the last record looked at, which may have been a transaction's marker. */
  readonly nextOffset: bigint
  /** End of the partition at the time of the answer. */
  readonly endOffset: bigint
}

export type OpenDriver = (connection: KafkaConnection, topics: readonly string[]) => KafkaDriver
