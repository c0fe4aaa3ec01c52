import type { Position } from '@waggle/event'
import type { LogRecord } from '../event-log.ts'
import { firstOutside } from '../log-errors.ts'
import { CONTROL_BATCH, hiddenBatches, IN_TRANSACTION } from './hidden-batches.ts'
import type { FetchedPartition, Fetcher } from './kafka-driver.ts'
import type { BatchContext, Cluster, FetchedData, Message } from './kafkajs-internals.ts'
import { listOffsets } from './kafkajs-offsets.ts'

const READ_COMMITTED = 1
const NO_HEADERS = Object.freeze({})

/** Reads one broker through KafkaJS's own connection to it. */
export function createFetcher(
  openCluster: () => Promise<Cluster>,
  node: number,
  topicPrefix: string,
): Fetcher {
  let opening: Promise<Cluster> | undefined
  return {
    fetch: async (from, { maxWaitMs, maxBytes, partitionMaxBytes }) => {
      const cluster = await (opening ??= openCluster())
      await cluster.refreshMetadataIfNecessary()
      const broker = await cluster.findBroker({ nodeId: node })
      const byTopic = Map.groupBy(from, ({ topic }) => topic)
      const request = {
        isolationLevel: READ_COMMITTED,
        maxWaitTime: maxWaitMs,
        minBytes: 1,
        maxBytes,
        topics: requestTopics(byTopic, topicPrefix, partitionMaxBytes),
      }
      try {
        const { responses } = await broker.fetch(request)
        return responses.flatMap(({ topicName, partitions }) => {
          const topic = topicName.slice(topicPrefix.length)
          const asked = byTopic.get(topic)!
          return partitions.map((data) =>
            readData(
              asked.find(({ partition }) => partition === data.partition)!,
              data,
            ),
          )
        })
      } catch (error) {
        if ((error as { type?: string }).type !== 'OFFSET_OUT_OF_RANGE') throw error
        const inKafka = from.map((at) => ({ ...at, topic: topicPrefix + at.topic }))
        const starts = await listOffsets(cluster, inKafka, 'start')
        throw firstOutside(from, starts, await listOffsets(cluster, inKafka, 'end'))
      }
    },
    close: async () => (await opening)?.disconnect(),
  }
}

function requestTopics(
  byTopic: ReadonlyMap<string, readonly Position[]>,
  topicPrefix: string,
  maxBytes: number,
) {
  return [...byTopic].map(([topic, positions]) => ({
    topic: topicPrefix + topic,
    partitions: positions.map(({ partition, offset }) => ({
      partition,
      fetchOffset: String(offset),
      maxBytes,
    })),
  }))
}

function readData(
  { topic, partition, offset: asked }: Position,
  data: FetchedData,
): FetchedPartition {
  const isHidden = hiddenBatches(data.abortedTransactions)
  const records: LogRecord[] = []
  let nextOffset = asked
  let batch: BatchContext | undefined
  let hidden = false
  for (const message of data.messages) {
    if (message.batchContext !== batch) {
      batch = message.batchContext
      const lastOffset = BigInt(batch.firstOffset) + BigInt(batch.lastOffsetDelta)
      const attributes =
        (batch.inTransaction ? IN_TRANSACTION : 0) | (batch.isControlBatch ? CONTROL_BATCH : 0)
      hidden = isHidden({
        lastOffset,
        producerId: batch.producerId,
        attributes,
        key: message.key,
      })
      if (lastOffset >= nextOffset) nextOffset = lastOffset + 1n
    }
    if (!hidden && BigInt(message.offset) >= asked)
      records.push(readMessage(topic, partition, message))
  }
  return { topic, partition, records, nextOffset, endOffset: BigInt(data.lastStableOffset) }
}

function readMessage(topic: string, partition: number, message: Message): LogRecord {
  const { offset, timestamp, key, value, headers } = message
  return {
    topic,
    partition,
    offset: BigInt(offset),
    key: key === null ? '' : key.toString(),
    value: value ?? Buffer.alloc(0),
    headers: headers === undefined ? NO_HEADERS : readHeaders(headers),
    appendedAt: Number(timestamp) * 1000,
  }
}

function readHeaders(headers: NonNullable<Message['headers']>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => {
      const last = Array.isArray(value) ? (value as readonly Buffer[]).at(-1) : value
      return [name, String(last ?? '')]
    }),
  )
}
