import { createRequire } from 'node:module'
import type { AbortedTransaction } from './hidden-batches.ts'

/**
 * KafkaJS can only read through consumer groups; its Cluster and Broker classes, which are no public API,
 * can read any position. The version is pinned, and has been the last one since 2023.
 */
const require = createRequire(import.meta.url)

export interface Cluster {
  connect(): Promise<void>
  disconnect(): Promise<void>
  addMultipleTargetTopics(topics: readonly string[]): Promise<void>
  refreshMetadataIfNecessary(): Promise<void>
  findBroker(of: { nodeId: number | string }): Promise<Broker>
  /** Partitions by node id. */
  findLeaderForPartitions(
    topic: string,
    partitions: readonly number[],
  ): Record<string, readonly number[]>
}

interface ListedOffsets {
  readonly responses: readonly {
    readonly topic: string
    readonly partitions: readonly { readonly partition: number; readonly offset: string }[]
  }[]
}

export interface Broker {
  fetch(request: object): Promise<{ readonly responses: readonly FetchedTopic[] }>
  listOffsets(request: object): Promise<ListedOffsets>
}

export interface FetchedTopic {
  readonly topicName: string
  readonly partitions: readonly FetchedData[]
}

export interface FetchedData {
  readonly partition: number
  readonly highWatermark: string
  readonly lastStableOffset: string
  readonly abortedTransactions: readonly AbortedTransaction[] | null
  /** Of all batches, those of aborted transactions and markers among them. */
  readonly messages: readonly Message[]
}

export interface BatchContext {
  readonly firstOffset: string
  readonly lastOffsetDelta: number
  readonly producerId: string
  readonly inTransaction: boolean
  readonly isControlBatch: boolean
}

export interface Message {
  readonly offset: string
  readonly timestamp: string
  readonly key: Buffer | null
  readonly value: Buffer | null
  readonly headers?: Readonly<Record<string, Buffer | readonly Buffer[] | undefined>>
  /** One object for all messages of a batch. */
  readonly batchContext: BatchContext
}

export const Cluster = require('kafkajs/src/cluster') as new (options: object) => Cluster
export const createSocketFactory = require('kafkajs/src/network/socketFactory') as () => unknown
export const { createLogger } = require('kafkajs/src/loggers') as {
  createLogger(options: object): unknown
}
