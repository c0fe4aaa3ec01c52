import {
  Kafka,
  logLevel,
  Partitioners,
  type Admin,
  type KafkaConfig,
  type SASLOptions,
} from 'kafkajs'
import type { Position, TopicPartition } from '@waggle/event'
import type { AppendRecord } from '../event-log.ts'
import type { KafkaConnection, KafkaDriver, PartitionBatch } from './kafka-driver.ts'
import { addCodecs } from './kafkajs-codecs.ts'
import { createFetcher } from './kafkajs-fetcher.ts'
import { Cluster, createLogger, createSocketFactory } from './kafkajs-internals.ts'
import { leaderOf, listOffsets } from './kafkajs-offsets.ts'

const READ_COMMITTED = 1
const RETRY = { retries: 2, initialRetryTime: 100 }
const METADATA_MAX_AGE_MS = 30_000

/** Kafka through KafkaJS. */
export function openKafkajsDriver(
  connection: KafkaConnection,
  topics: readonly string[],
): KafkaDriver {
  addCodecs()
  const config = kafkajsConfig(connection)
  const { topicPrefix } = connection
  const physical = (topic: string): string => topicPrefix + topic
  const inKafka = <At extends TopicPartition>(at: At): At => ({ ...at, topic: physical(at.topic) })
  const kafka = new Kafka(config)
  const producer = kafka.producer({
    idempotent: true,
    maxInFlightRequests: 1,
    retry: RETRY,
    createPartitioner: Partitioners.DefaultPartitioner,
    allowAutoTopicCreation: false,
  })
  const clusters: Cluster[] = []
  const openCluster = async (): Promise<Cluster> => {
    const cluster = newCluster(config)
    clusters.push(cluster)
    await cluster.connect()
    await cluster.addMultipleTargetTopics(topics.map(physical))
    return cluster
  }
  let producing: Promise<void> | undefined
  let asking: Promise<Cluster> | undefined

  return {
    produce: async (batches) => {
      await (producing ??= producer.connect())
      const answers = await producer.sendBatch({
        acks: -1,
        topicMessages: topicMessages(batches.map(inKafka)),
      })
      return batches.map(inKafka).map(({ topic, partition }) => {
        const answer = answers.find(
          (each) => each.topicName === topic && each.partition === partition,
        )
        if (answer?.baseOffset === undefined)
          throw new Error(`No acknowledgment for ${topic}/${partition}`)
        return BigInt(answer.baseOffset)
      })
    },
    offsets: async (partitions, edge) =>
      listOffsets(await (asking ??= openCluster()), partitions.map(inKafka), edge),
    deleteBefore: (position) => deleteBefore(kafka.admin({ retry: RETRY }), inKafka(position)),
    leaders: async (partitions) => {
      const cluster = await (asking ??= openCluster())
      return partitions.map((at) => leaderOf(cluster, inKafka(at)))
    },
    fetcher: (node) => createFetcher(openCluster, node, topicPrefix),
    close: async () => {
      await Promise.allSettled([
        producer.disconnect(),
        ...clusters.map((cluster) => cluster.disconnect()),
      ])
    },
  }
}

async function deleteBefore(admin: Admin, { topic, partition, offset }: Position): Promise<void> {
  await admin.connect()
  try {
    // Which makes it learn the topic's leaders; deleting does not.
    await admin.fetchTopicOffsets(topic)
    await admin.deleteTopicRecords({ topic, partitions: [{ partition, offset: String(offset) }] })
  } finally {
    await admin.disconnect()
  }
}

function kafkajsConfig({
  brokers,
  clientId,
  tls,
  sasl,
  requestTimeoutMs,
}: KafkaConnection): KafkaConfig {
  return {
    brokers: [...brokers],
    clientId,
    requestTimeout: requestTimeoutMs,
    connectionTimeout: Math.min(requestTimeoutMs, 5000),
    logLevel: logLevel.NOTHING,
    retry: RETRY,
    ...(tls === undefined ? {} : { ssl: { ...tls } }),
    ...(sasl === undefined
      ? {}
      : { sasl: { ...sasl, mechanism: sasl.mechanism.toLowerCase() } as SASLOptions }),
  }
}

function newCluster(config: KafkaConfig): Cluster {
  return new Cluster({
    ...config,
    logger: createLogger({ level: logLevel.NOTHING, logCreator: () => () => {} }),
    socketFactory: createSocketFactory(),
    metadataMaxAge: METADATA_MAX_AGE_MS,
    allowAutoTopicCreation: false,
    isolationLevel: READ_COMMITTED,
    enforceRequestTimeout: true,
  })
}

function topicMessages(batches: readonly PartitionBatch[]) {
  return [...Map.groupBy(batches, ({ topic }) => topic)].map(([topic, parts]) => ({
    topic,
    messages: parts.flatMap(({ partition, records }) =>
      records.map((record) => messageOf(record, partition)),
    ),
  }))
}

function messageOf({ key, value, headers }: AppendRecord, partition: number) {
  const bytes = Buffer.from(value.buffer, value.byteOffset, value.byteLength)
  return { partition, key, value: bytes, ...(headers === undefined ? {} : { headers }) }
}
