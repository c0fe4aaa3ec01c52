import { Admin, Consumer, findErrorBy, Producer, type Offsets } from '@platformatic/kafka'
import type { Position, TopicPartition } from '@waggle/event'
import { firstOutside } from '../log-errors.ts'
import type { AppendRecord } from '../event-log.ts'
import type { Fetcher, FetchLimits, KafkaConnection, KafkaDriver } from './kafka-driver.ts'
import { readFetched } from './platformatic-records.ts'

type AnyError = Error & { [index: string]: unknown }

const EARLIEST = -2n
const LATEST = -1n
const NO_EPOCH = -1

/** Options every client of this library gets. */
export function platformaticOptions(connection: KafkaConnection) {
  const { brokers, clientId, tls, sasl, requestTimeoutMs } = connection
  return {
    clientId,
    bootstrapBrokers: [...brokers],
    connectTimeout: Math.min(requestTimeoutMs, 5000),
    requestTimeout: requestTimeoutMs,
    retries: 2,
    retryDelay: 100,
    ...(tls === undefined ? {} : { tls: { ...tls } }),
    ...(sasl === undefined ? {} : { sasl: { ...sasl } }),
  }
}

/** Kafka through @platformatic/kafka: its producer, and its low-level fetch with positions of our own. */
export function openPlatformaticDriver(
  connection: KafkaConnection,
  topics: readonly string[],
): KafkaDriver {
  const options = platformaticOptions(connection)
  const producer = new Producer({ ...options, idempotent: true, acks: -1 })
  const { topicPrefix } = connection
  const physical = (topic: string): string => topicPrefix + topic
  const readers: Consumer[] = []
  // Never joins the group: this client wants a group id even where none is used.
  const reader = (): Consumer => {
    const consumer = new Consumer({ ...options, groupId: options.clientId })
    for (const topic of topics) consumer.topics.track(physical(topic))
    readers.push(consumer)
    return consumer
  }
  const metadataReader = reader()
  const metadata = () => metadataReader.metadata({ topics: topics.map(physical) })

  return {
    produce: async (batches) => {
      const messages = batches.flatMap(({ topic, partition, records }) =>
        records.map((record) => messageOf(record, physical(topic), partition)),
      )
      const { offsets = [] } = await producer.send({ messages })
      const byPartition = new Map(
        offsets.map(({ topic, partition, offset }) => [`${topic}/${partition}`, offset]),
      )
      return batches.map(({ topic, partition }) =>
        baseOffset(byPartition, physical(topic), partition),
      )
    },
    offsets: async (partitions, edge) => {
      const timestamp = edge === 'start' ? EARLIEST : LATEST
      const named = [...new Set(partitions.map(({ topic }) => physical(topic)))]
      const found = await metadataReader.listOffsets({ topics: named, timestamp })
      return partitions.map((at) => offsetOf(found, { ...at, topic: physical(at.topic) }))
    },
    deleteBefore: async ({ topic, partition, offset }) => {
      const admin = new Admin(options)
      try {
        const partitions = [{ partition, offset }]
        await admin.deleteRecords({ topics: [{ name: physical(topic), partitions }] })
      } finally {
        await admin.close()
      }
    },
    leaders: async (partitions) => {
      const { topics: known } = await metadata()
      return partitions.map(
        ({ topic, partition }) => known.get(physical(topic))!.partitions[partition]!.leader,
      )
    },
    fetcher: (node) =>
      createFetcher(
        reader(),
        node,
        topics.map((topic) => [topic, physical(topic)]),
      ),
    close: async () => {
      await Promise.allSettled([producer.close(true), ...readers.map((each) => each.close(true))])
    },
  }
}

/** Names are pairs: ours, and the one in Kafka. */
function createFetcher(
  consumer: Consumer,
  node: number,
  names: readonly (readonly [own: string, physical: string])[],
): Fetcher {
  const physical = new Map(names)
  let learning: Promise<Ids> | undefined
  const learnIds = async (): Promise<Ids> => {
    const { topics } = await consumer.metadata({ topics: [...physical.values()] })
    const pairs = names.map(([own, inKafka]) => [own, topics.get(inKafka)!.id] as const)
    return { ids: new Map(pairs), names: new Map(pairs.map(([own, id]) => [id, own])) }
  }
  return {
    fetch: async (from, limits) => {
      const known = await (learning ??= learnIds())
      try {
        const { responses } = await consumer.fetch({
          node,
          maxWaitTime: limits.maxWaitMs,
          minBytes: 1,
          maxBytes: limits.maxBytes,
          isolationLevel: 1,
          topics: requestTopics(from, known.ids, limits),
        })
        return readFetched(responses, known.names, from)
      } catch (error) {
        if (findErrorBy(error as AnyError, 'apiId', 'OFFSET_OUT_OF_RANGE') === null) throw error
        throw await rangeError(consumer, from, physical)
      }
    },
    close: () => consumer.close(true),
  }
}

interface Ids {
  readonly ids: ReadonlyMap<string, string>
  readonly names: ReadonlyMap<string, string>
}

function requestTopics(
  from: readonly Position[],
  ids: ReadonlyMap<string, string>,
  limits: FetchLimits,
) {
  const byTopic = Map.groupBy(from, ({ topic }) => topic)
  return [...byTopic].map(([topic, positions]) => ({
    topicId: ids.get(topic)!,
    partitions: positions.map(({ partition, offset }) => ({
      partition,
      fetchOffset: offset,
      partitionMaxBytes: limits.partitionMaxBytes,
      currentLeaderEpoch: NO_EPOCH,
      lastFetchedEpoch: NO_EPOCH,
    })),
  }))
}

/** Which of the positions lay outside its partition. */
async function rangeError(
  consumer: Consumer,
  from: readonly Position[],
  physical: ReadonlyMap<string, string>,
): Promise<Error> {
  const inKafka = from.map((at) => ({ ...at, topic: physical.get(at.topic)! }))
  const topics = [...new Set(inKafka.map(({ topic }) => topic))]
  const starts = await consumer.listOffsets({ topics, timestamp: EARLIEST })
  const ends = await consumer.listOffsets({ topics, timestamp: LATEST })
  return firstOutside(
    from,
    inKafka.map((at) => offsetOf(starts, at)),
    inKafka.map((at) => offsetOf(ends, at)),
  )
}

function messageOf(record: AppendRecord, topic: string, partition: number) {
  const { key, value, headers } = record
  return {
    topic,
    partition,
    key: Buffer.from(key),
    value: Buffer.from(value.buffer, value.byteOffset, value.byteLength),
    ...(headers === undefined ? {} : { headers: headerMap(headers) }),
  }
}

function headerMap(headers: Readonly<Record<string, string>>): Map<Buffer, Buffer> {
  return new Map(
    Object.entries(headers).map(([name, value]) => [Buffer.from(name), Buffer.from(value)]),
  )
}

function baseOffset(found: ReadonlyMap<string, bigint>, topic: string, partition: number): bigint {
  const offset = found.get(`${topic}/${partition}`)
  if (offset === undefined) throw new Error(`No acknowledgment for ${topic}/${partition}`)
  return offset
}

function offsetOf(found: Offsets, { topic, partition }: TopicPartition): bigint {
  return found.get(topic)?.[partition] ?? 0n
}
