import { WaggleError, type Clock, type Logger } from '@waggle/base'
import type { Position, TopicPartition } from '@waggle/event'
import { partitionName } from '@waggle/event'
import type { AppendRecord, EventLog, LogBatch, LogRetention, TailOptions } from '../event-log.ts'
import { checkPartition, closedError, partitionCountOf } from '../log-errors.ts'
import { choosePartition } from '../partition-of.ts'
import { DriverSupervisor, type LogStatus } from './driver-supervisor.ts'
import { FetchLane, type LaneOptions } from './fetch-lane.ts'
import type { FetchLimits, KafkaConnection, OpenDriver } from './kafka-driver.ts'
import { mergeBatches } from './merge-batches.ts'
import { ProduceLanes } from './produce-lanes.ts'
import type { Destination, PlacedAppend } from './produce-round.ts'
import { LaneByLeader } from './read-lanes.ts'

export interface KafkaLogOptions {
  readonly connection: KafkaConnection
  readonly openDriver: OpenDriver
  /** Topics with their partitions; they must be there already (see `ensureTopics`). */
  readonly topics: Readonly<Record<string, number>>
  /** Largest record each topic takes: its max.message.bytes. */
  readonly recordBytesMax: Readonly<Record<string, number>>
  readonly clock: Clock
  readonly logger: Logger
  /** How long a request is tried again before its appends fail; as Kafka's delivery.timeout.ms. */
  readonly deliveryTimeoutMs?: number
  /** Most bytes of appends that wait for the broker. */
  readonly pendingBytesMax?: number
}

export interface KafkaLog extends EventLog {
  status(): KafkaLogStatus
}

export interface KafkaLogStatus extends LogStatus {
  /** Bytes of appends that are not acknowledged yet. */
  readonly pendingBytes: number
  /** Offsets passed that had no record: transactions' markers, or a topic that somebody compacts. */
  readonly skippedOffsets: bigint
}

const DELIVERY_TIMEOUT_MS = 120_000
const PENDING_BYTES_MAX = 64 * 1024 * 1024
const REQUEST_BYTES_MAX = 8 * 1024 * 1024
const RECORD_OVERHEAD = 64
/** Kafka's default of message.max.bytes. */
const BROKER_RECORD_BYTES_MAX = 1_048_588
const FETCH: FetchLimits = {
  maxWaitMs: 500,
  maxBytes: 16 * 1024 * 1024,
  partitionMaxBytes: 2 * 1024 * 1024,
}
const PATIENCE_MS = 5000

/** Apache Kafka as the log. An append is durable when all in-sync replicas have it. */
export function openKafkaLog(options: KafkaLogOptions): KafkaLog {
  const { connection, openDriver, topics, clock, logger } = options
  const destinations = destinationsOf(options)
  const supervisor = new DriverSupervisor({
    open: () => openDriver(connection, Object.keys(topics)),
    clock,
    logger,
    callTimeoutMs: connection.requestTimeoutMs + PATIENCE_MS,
  })
  const queue = new ProduceLanes({
    clock,
    send: (batches) => supervisor.run('Producing', (driver) => driver.produce(batches)),
    deliveryTimeoutMs: options.deliveryTimeoutMs ?? DELIVERY_TIMEOUT_MS,
    pendingBytesMax: options.pendingBytesMax ?? PENDING_BYTES_MAX,
    requestBytesMax: REQUEST_BYTES_MAX,
  })
  let skippedOffsets = 0n
  const onSkipped = (offsets: bigint): void => void (skippedOffsets += offsets)
  const reading = { supervisor, limits: FETCH, onSkipped }
  const lanes = new LaneByLeader(reading)
  const tails = new AbortController()
  let closed = false
  const check = (partitions: readonly TopicPartition[]): void => {
    if (closed) throw closedError()
    for (const at of partitions) checkPartition(topics, at)
  }
  const edges: AskEdges = async (partitions, edge) => {
    check(partitions)
    return edgesOf(supervisor, partitions, edge)
  }

  return {
    topics,
    supports: { idempotentAppend: false, atomicAppend: false, durable: true },
    append: async (records) => {
      check([])
      return queue.append(records.map((record) => place(topics, destinations, record)))
    },
    read: async (from, maxRecords) => {
      check([from])
      return lanes.read(from, maxRecords)
    },
    tail: (from, { signal, maxRecords }) =>
      tailLeaders(reading, from, {
        maxRecords,
        signal: AbortSignal.any([signal, tails.signal]),
      }),
    ends: (partitions) => edges(partitions, 'end'),
    // Append times are the broker's, so nothing can be restored.
    retention: kafkaRetention(supervisor, edges),
    close: async () => {
      if (closed) return
      closed = true
      tails.abort()
      await queue.drain(supervisor.status.state === 'down')
      await supervisor.close()
    },
    status: () => ({ ...supervisor.status, pendingBytes: queue.pendingBytes, skippedOffsets }),
  }
}

type Edge = 'start' | 'end'
type AskEdges = (partitions: readonly TopicPartition[], edge: Edge) => Promise<Position[]>

async function edgesOf(
  supervisor: DriverSupervisor,
  partitions: readonly TopicPartition[],
  edge: Edge,
): Promise<Position[]> {
  const offsets = await supervisor.run(`Asking for the ${edge}`, (driver) =>
    driver.offsets(partitions, edge),
  )
  return partitions.map(({ topic, partition }, index) => {
    return { topic, partition, offset: offsets[index]! }
  })
}

function kafkaRetention(supervisor: DriverSupervisor, edges: AskEdges): LogRetention {
  return {
    starts: (partitions) => edges(partitions, 'start'),
    trim: async (before) => {
      // Which also checks the partition.
      await edges([before], 'start')
      await supervisor.run('Deleting records', (driver) => driver.deleteBefore(before))
      const [start] = await edges([before], 'start')
      return start!
    },
  }
}

/** Topic -> the object that stands for each of its partitions. */
type Destinations = ReadonlyMap<string, readonly Destination[]>

function destinationsOf({ topics, recordBytesMax }: KafkaLogOptions): Destinations {
  return new Map(
    Object.entries(topics).map(([topic, partitions]) => {
      const bytesMax = recordBytesMax[topic] ?? BROKER_RECORD_BYTES_MAX
      const all = Array.from({ length: partitions }, (_, partition) => {
        return { topic, partition, bytesMax }
      })
      return [topic, all]
    }),
  )
}

function place(
  topics: Readonly<Record<string, number>>,
  destinations: Destinations,
  record: AppendRecord,
): PlacedAppend {
  const { topic } = record
  const partition = choosePartition(record, partitionCountOf(topics, topic))
  checkPartition(topics, { topic, partition })
  const at = destinations.get(topic)![partition]!
  const bytes = sizeOf(record)
  if (bytes > at.bytesMax) {
    const what = `A record of ${bytes} bytes for ${partitionName(at)}, which takes ${at.bytesMax}`
    throw new WaggleError('EVENT_TOO_LARGE', what, { input: bytes })
  }
  return { record, at, bytes }
}

/** Bytes in the request, at most. */
function sizeOf({ key, value, headers }: AppendRecord): number {
  let bytes = RECORD_OVERHEAD + key.length * 3 + value.byteLength
  if (headers === undefined) return bytes
  for (const name in headers) bytes += (name.length + headers[name]!.length) * 3 + 10
  return bytes
}

/** Each leader is read on a connection of its own, for a broker holds its answer back while it waits. */
async function* tailLeaders(
  options: LaneOptions,
  from: readonly Position[],
  tail: TailOptions,
): AsyncGenerator<LogBatch> {
  const { supervisor } = options
  const leaders = await supervisor.run('Asking for leaders', (driver) => driver.leaders(from))
  const byLeader = Map.groupBy(from, (position) => leaders[from.indexOf(position)]!)
  const lanes = [...byLeader].map(([node, positions]) => ({
    lane: new FetchLane(options, node, positions.length),
    positions,
  }))
  try {
    yield* mergeBatches(lanes.map(({ lane, positions }) => lane.tail(positions, tail)))
  } finally {
    for (const { lane } of lanes) void lane.close()
  }
}
