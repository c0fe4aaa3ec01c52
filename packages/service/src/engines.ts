import { isWaggleError, messageOf, type Clock, type Logger } from '@waggle/base'
import { createCodec, type Codec } from '@waggle/codec'
import type { Assignments } from '@waggle/consume'
import { partitionsOf } from '@waggle/log'
import {
  createGroupMember,
  ensureTopics,
  openKafkajsDriver,
  openKafkaLog,
  openPlatformaticDriver,
  type KafkaConnection,
  type KafkaLog,
} from '@waggle/log/kafka'
import { createConfluentRegistry } from '@waggle/registry/confluent'
import type { ServiceConfig } from './config.ts'
import type { TopicsFile } from './topics-file.ts'

export interface Engines {
  readonly log: KafkaLog
  readonly codec: Codec
  /** Partitions of these topics that this process is to project. */
  assignments(service: string, topics: readonly string[]): Assignments
}

export interface EngineDeps {
  readonly clock: Clock
  readonly logger: Logger
  /** Called with what is waited for, and with undefined when it is there. */
  readonly onWaiting: (reason: string | undefined) => void
  readonly signal: AbortSignal
}

const RETRY_MS_MIN = 200
const RETRY_MS_MAX = 5000

/**
 * Kafka and the registry of a config, when both are there: a service that starts before them waits and
 * says so. What waiting cannot mend (TOPIC_CONFLICT, SCHEMA_INCOMPATIBLE) is thrown.
 */
export async function openEngines(
  config: ServiceConfig,
  topics: TopicsFile,
  deps: EngineDeps,
): Promise<Engines> {
  const { clock, logger } = deps
  const log = await openLog(config, topics, deps)
  const codec = createCodec(confluentRegistry(config, clock))
  await patiently(deps, () => codec.register())
  const connection = kafkaConnection(config)
  return {
    log,
    codec,
    assignments: (service, wanted) => {
      if (config.WAGGLE_GROUP === 'static') return allOf(log, wanted)
      const groupId = `${config.WAGGLE_GROUP}.${service}`
      const sessionTimeoutMs = config.WAGGLE_KAFKA_SESSION_MS
      return createGroupMember({
        connection,
        groupId,
        topics: wanted,
        clock,
        logger,
        sessionTimeoutMs,
      })
    },
  }
}

/** The log alone, its topics made or checked. */
export async function openLog(
  config: ServiceConfig,
  topics: TopicsFile,
  deps: EngineDeps,
): Promise<KafkaLog> {
  const { clock, logger } = deps
  const connection = kafkaConnection(config)
  const create = config.WAGGLE_KAFKA_CREATE_TOPICS
  await patiently(deps, () =>
    ensureTopics(connection, topics.specs, { create, replicas: topics.replicas, clock }),
  )
  return openKafkaLog({
    connection,
    openDriver:
      config.WAGGLE_KAFKA_DRIVER === 'kafkajs' ? openKafkajsDriver : openPlatformaticDriver,
    topics: topics.partitions,
    recordBytesMax: topics.recordBytesMax,
    clock,
    logger,
  })
}

function allOf(log: KafkaLog, topics: readonly string[]): Assignments {
  return {
    start: (onAssigned) => onAssigned(partitionsOf(log, topics)),
    leave: async () => {},
  }
}

async function patiently<T>(deps: EngineDeps, task: () => Promise<T>): Promise<T> {
  const { clock, logger, onWaiting, signal } = deps
  for (let delayMs = RETRY_MS_MIN; ; delayMs = Math.min(delayMs * 2, RETRY_MS_MAX)) {
    try {
      const result = await task()
      onWaiting(undefined)
      return result
    } catch (error) {
      if (!isWaggleError(error) || !error.retriable || signal.aborted) throw error
      onWaiting(messageOf(error))
      logger.warn({ err: error }, `Waiting: ${messageOf(error)}`)
      await clock.sleep(delayMs, signal).catch(() => {})
    }
  }
}

/** The Kafka part of a config. */
export function kafkaConnection(config: ServiceConfig): KafkaConnection {
  const {
    WAGGLE_KAFKA_TLS_CA: ca,
    WAGGLE_KAFKA_TLS_CERT: cert,
    WAGGLE_KAFKA_TLS_KEY: key,
    WAGGLE_KAFKA_SASL_MECHANISM: mechanism,
    WAGGLE_KAFKA_SASL_USERNAME: username,
    WAGGLE_KAFKA_SASL_PASSWORD: password,
  } = config
  const tls = {
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
  }
  const sasl =
    mechanism === undefined || username === undefined || password === undefined
      ? undefined
      : { mechanism, username, password }
  return {
    brokers: config.WAGGLE_KAFKA_BROKERS,
    clientId: config.WAGGLE_KAFKA_CLIENT_ID,
    topicPrefix: config.WAGGLE_KAFKA_TOPIC_PREFIX,
    requestTimeoutMs: config.WAGGLE_KAFKA_TIMEOUT_MS,
    ...(config.WAGGLE_KAFKA_TLS ? { tls } : {}),
    ...(sasl === undefined ? {} : { sasl }),
  }
}

function confluentRegistry(config: ServiceConfig, clock: Clock) {
  const { WAGGLE_REGISTRY_USERNAME: username, WAGGLE_REGISTRY_PASSWORD: password } = config
  const auth = username === undefined || password === undefined ? undefined : { username, password }
  return createConfluentRegistry({
    host: config.WAGGLE_REGISTRY_URL,
    clock,
    ...(auth === undefined ? {} : { auth }),
  })
}
