import { silentLogger, systemClock } from '@waggle/base'
import { createCodec, type Codec } from '@waggle/codec'
import {
  createRunner,
  knownEventOf,
  readAdmitted,
  readDeadLetters,
  type Projection,
  type ProjectionRunner,
} from '@waggle/consume'
import { cloudEventHeaders, createEmitter, type Emitter } from '@waggle/emit'
import { PARTITIONS, type WaggleEvent } from '@waggle/event'
import { partitionsOf, type LogRecord } from '@waggle/log'
import type { KafkaLog, OpenDriver } from '@waggle/log/kafka'
import { createConfluentRegistry } from '@waggle/registry/confluent'
import { connectionTo, openTestLog } from './kafka.ts'

/** Kafka and a registry as our side sees them, and the environment that takes foreign clients there. */
export interface ForeignBus {
  readonly log: KafkaLog
  readonly codec: Codec
  readonly topicPrefix: string
  readonly environment: Readonly<Record<string, string>>
  emitter(agent: string): Emitter
  runner(projection: Projection): ProjectionRunner
  /** Raw records of a topic, partition by partition. */
  records(topic: string): Promise<LogRecord[]>
  /** Events of a topic that take effect, and where they stand. */
  admitted(topic: string): Promise<{ event: WaggleEvent; record: LogRecord }[]>
  deadLetters(): Promise<LogRecord[]>
}

export const FOREIGN_SWARM = 'fremd/ß'

export interface ForeignOptions {
  readonly openDriver?: OpenDriver
  /** Partitions by topic, beside ours. */
  readonly moreTopics?: Readonly<Record<string, number>>
}

/** Topics of its own, on servers that others use too. */
export async function openForeignBus(
  broker: string,
  registryUrl: string,
  { moreTopics = {}, ...options }: ForeignOptions = {},
): Promise<ForeignBus> {
  const clock = systemClock()
  const connection = connectionTo(broker)
  const topics = { ...PARTITIONS, ...moreTopics }
  const log = await openTestLog({ connection, topics, ...options })
  const codec = createCodec(createConfluentRegistry({ host: registryUrl, clock }))
  await codec.register()
  const emitted = { log, codec, clock, swarm: FOREIGN_SWARM, headers: cloudEventHeaders }
  return {
    log,
    codec,
    topicPrefix: connection.topicPrefix,
    environment: {
      WAGGLE_KAFKA_BROKERS: broker,
      WAGGLE_KAFKA_TOPIC_PREFIX: connection.topicPrefix,
      WAGGLE_REGISTRY_URL: registryUrl,
    },
    emitter: (agent) => createEmitter({ ...emitted, agent, session: `${agent}/typescript` }),
    runner: (projection) => createRunner({ log, codec, clock, logger: silentLogger, projection }),
    records: async (topic) => {
      const found = await Promise.all(
        partitionsOf(log, [topic]).map((at) => log.read({ ...at, offset: 0n }, 1_000_000)),
      )
      return found.flat()
    },
    admitted: async (topic) => {
      const found: { event: WaggleEvent; record: LogRecord }[] = []
      for (const end of await log.ends(partitionsOf(log, [topic]))) {
        for await (const batch of readAdmitted({ log, codec }, end))
          for (const each of batch)
            found.push({ event: knownEventOf(each).event, record: each.record })
      }
      return found
    },
    deadLetters: async () => {
      const found: LogRecord[] = []
      for await (const letter of readDeadLetters(log)) found.push(letter)
      return found
    },
  }
}
