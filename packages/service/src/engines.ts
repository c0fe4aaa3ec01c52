import type { Clock } from '@waggle/base'
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
import { openArchive } from './archive.ts'
import type { ServiceConfig } from './config.ts'
import { patiently, type Patience } from './patiently.ts'
import type { TopicsFile } from './topics-file.ts'

export interface Engines {
  readonly log: KafkaLog
  readonly codec: Codec
  /** Partitions of these topics that this process is to project. */
  assignments(service: string, topics: readonly string[]): Assignments
}

export type EngineDeps = Patience

/**
 * Kafka and the registry of a config. What Kafka has let go of is read from the archive, where the config names one:
 * a view that starts from the beginning of the log does not see that it was trimmed.
 */
export async function openEngines(
  config: ServiceConfig,
  topics: TopicsFile,
  deps: EngineDeps,
): Promise<Engines> {
  const archive = await openArchive(config, deps)
  const engines = await openLiveEngines(config, topics, deps)
  if (archive === undefined) return engines
  const { openArchivedLog } = await import('@waggle/archive')
  const { log } = engines
  return { ...engines, log: { ...openArchivedLog(log, archive), status: () => log.status() } }
}

/**
 * Without the archive, for who compares the two. Kafka and the registry of a config, when both are there: a service that starts before them waits and
 * says so. What waiting cannot mend (TOPIC_CONFLICT, SCHEMA_INCOMPATIBLE) is thrown.
 */
export async function openLiveEngines(
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
