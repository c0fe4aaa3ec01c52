import { randomUUID } from 'node:crypto'
import { silentLogger, systemClock, type Logger } from '@waggle/base'
import { startKafka } from '@waggle-infra/native/kafka'
import {
  ensureTopics,
  openKafkajsDriver,
  openKafkaLog,
  openPlatformaticDriver,
  type KafkaConnection,
  type KafkaLog,
  type OpenDriver,
  type TopicSpec,
} from '@waggle/log/kafka'
import { dockerAnswers } from './docker.ts'
import { resolveInfra } from './infra.ts'

export const RECORD_BYTES_MAX = 2 * 1024 * 1024

export const DRIVERS: Readonly<Record<string, OpenDriver>> = {
  platformatic: openPlatformaticDriver,
  kafkajs: openKafkajsDriver,
}

export interface TestBroker {
  readonly broker: string
  dispose(): Promise<void>
}

/** A broker for a test file: from WAGGLE_KAFKA, Docker, or Java. */
export function resolveKafka(): Promise<TestBroker | undefined> {
  return resolveInfra<TestBroker>('Kafka', [
    async () => {
      const broker = process.env['WAGGLE_KAFKA']
      return broker === undefined ? undefined : { broker, dispose: async () => {} }
    },
    startKafka,
    kafkaInDocker,
  ])
}

async function kafkaInDocker(): Promise<TestBroker | undefined> {
  if (!(await dockerAnswers())) return undefined
  const { GenericContainer, Wait } = await import('testcontainers')
  const port = 29092
  const container = await new GenericContainer('apache/kafka:4.1.1')
    .withExposedPorts({ container: port, host: port })
    .withEnvironment({
      KAFKA_NODE_ID: '1',
      KAFKA_PROCESS_ROLES: 'broker,controller',
      KAFKA_LISTENERS: `PLAINTEXT://:${port},CONTROLLER://:9093`,
      KAFKA_ADVERTISED_LISTENERS: `PLAINTEXT://127.0.0.1:${port}`,
      KAFKA_CONTROLLER_LISTENER_NAMES: 'CONTROLLER',
      KAFKA_LISTENER_SECURITY_PROTOCOL_MAP: 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT',
      KAFKA_CONTROLLER_QUORUM_VOTERS: '1@localhost:9093',
      KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR: '1',
      KAFKA_AUTO_CREATE_TOPICS_ENABLE: 'false',
      KAFKA_GROUP_INITIAL_REBALANCE_DELAY_MS: '0',
    })
    .withWaitStrategy(Wait.forLogMessage(/Kafka Server started/))
    .start()
  return { broker: `127.0.0.1:${port}`, dispose: async () => void (await container.stop()) }
}

/** Each test has topics of its own, by their prefix. */
export function connectionTo(
  broker: string,
  topicPrefix = `${randomUUID().slice(0, 8)}.`,
  requestTimeoutMs = 5000,
): KafkaConnection {
  return { brokers: [broker], clientId: 'waggle-test', topicPrefix, requestTimeoutMs }
}

const SETTINGS = {
  'message.timestamp.type': 'LogAppendTime',
  'max.message.bytes': String(RECORD_BYTES_MAX),
}

export interface TestLogOptions {
  readonly connection: KafkaConnection
  readonly topics: Readonly<Record<string, number>>
  readonly openDriver?: OpenDriver
  readonly deliveryTimeoutMs?: number
  readonly logger?: Logger
}

/** A log of these topics, made where they are missing. */
export async function openTestLog(options: TestLogOptions): Promise<KafkaLog> {
  const { connection, topics } = options
  const specs = Object.entries(topics).map(([name, partitions]): TopicSpec => {
    return { name, partitions, settings: SETTINGS }
  })
  await ensureTopics(connection, specs, { create: true, replicas: 1, clock: systemClock() })
  return openKafkaLog({
    connection,
    topics,
    openDriver: options.openDriver ?? openPlatformaticDriver,
    recordBytesMax: Object.fromEntries(specs.map(({ name }) => [name, RECORD_BYTES_MAX])),
    clock: systemClock(),
    logger: options.logger ?? silentLogger,
    deliveryTimeoutMs: options.deliveryTimeoutMs ?? 20_000,
  })
}
