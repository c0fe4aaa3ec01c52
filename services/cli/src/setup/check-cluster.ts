import { readFileSync } from 'node:fs'
import { isWaggleError, silentLogger, type Clock, type Micros } from '@waggle/base'
import { partitionsOf } from '@waggle/log'
import {
  ensureTopics,
  openKafkaLog,
  openPlatformaticDriver,
  type KafkaConnection,
} from '@waggle/log/kafka'
import {
  kafkaConnection,
  parseEnvironment,
  parseTopicsFile,
  type Environment,
  type ServiceConfig,
  type TopicsFile,
} from '@waggle/service'
import { openRedisLink } from '@waggle/view-hot/redis'
import { redisOptions } from '@waggle-services/hot-view'
import { Trouble, type Check } from './check.ts'
import { agreeing } from './clock-skew.ts'
import { httpCheck, reach } from './reach.ts'

const TIMEOUT_MS = 3000

/** Whether the cluster that WAGGLE_ variables name answers. */
export function clusterChecks(environment: Environment): readonly Check[] {
  const readFile = (path: string): string => readFileSync(path, 'utf8')
  let config: ServiceConfig
  try {
    config = parseEnvironment(environment, readFile)
  } catch (error) {
    const fix = 'Correct these variables; docs/operations.md names all'
    const look = (): never => {
      throw error
    }
    return [{ name: 'configuration', needed: true, fix, look }]
  }
  return [
    ...config.WAGGLE_KAFKA_BROKERS.map(brokerCheck),
    logCheck(config, readFile),
    redisCheck(config),
    registryCheck(config),
    clickhouseCheck(config),
  ]
}

function brokerCheck(broker: string): Check {
  return {
    name: `Kafka ${broker}`,
    needed: true,
    fix: 'Start Kafka there (npm run dev:cluster starts one here), or correct WAGGLE_KAFKA_BROKERS',
    look: () => reach(broker),
  }
}

/** Topics as they have to be, and no record from a time that has not come here. */
function logCheck(config: ServiceConfig, readFile: (path: string) => string): Check {
  return {
    name: 'Kafka’s topics',
    needed: true,
    fix: 'Start Kafka, or look at its TLS and SASL settings: WAGGLE_KAFKA_TLS and WAGGLE_KAFKA_SASL_…',
    look: async ({ clock }) => {
      const topics = parseTopicsFile(readFile(config.WAGGLE_KAFKA_TOPICS))
      const connection = { ...kafkaConnection(config), requestTimeoutMs: TIMEOUT_MS }
      try {
        const create = false
        await ensureTopics(connection, topics.specs, { create, replicas: topics.replicas, clock })
      } catch (error) {
        if (isWaggleError(error, 'TOPIC_UNKNOWN')) return 'none yet; the first service makes them'
        if (!isWaggleError(error, 'TOPIC_CONFLICT')) throw error
        const fix = `Set Kafka’s topics as ${config.WAGGLE_KAFKA_TOPICS} says, or give another WAGGLE_KAFKA_TOPIC_PREFIX`
        throw new Trouble(error.message, fix)
      }
      const newest = await newestRecord(connection, topics, clock)
      // The broker's clock is not told; what it stamped last is no later than that.
      if (newest !== undefined && newest > clock.now()) agreeing(newest, clock)
      return 'as they have to be'
    },
  }
}

/** When Kafka took the last record of all partitions, by its own clock. */
async function newestRecord(
  connection: KafkaConnection,
  { partitions, recordBytesMax }: TopicsFile,
  clock: Clock,
): Promise<Micros | undefined> {
  const log = openKafkaLog({
    connection,
    openDriver: openPlatformaticDriver,
    topics: partitions,
    recordBytesMax,
    clock,
    logger: silentLogger,
  })
  try {
    const ends = await log.ends(partitionsOf(log, Object.keys(partitions)))
    const times: Micros[] = []
    for (const { offset, ...at } of ends.filter((end) => end.offset > 0n)) {
      const last = await log.read({ ...at, offset: offset - 1n }, 1)
      times.push(...last.map(({ appendedAt }) => appendedAt))
    }
    return times.length === 0 ? undefined : Math.max(...times)
  } finally {
    await log.close()
  }
}

function redisCheck(config: ServiceConfig): Check {
  const nodes = config.WAGGLE_REDIS_NODES.join(', ')
  return {
    name: 'Redis',
    needed: true,
    fix: `Start Redis at ${nodes} (apt install redis-server), or correct WAGGLE_REDIS_NODES and its password`,
    look: async ({ clock }) => {
      const link = await openRedisLink({ ...redisOptions(config), commandTimeoutMs: TIMEOUT_MS })
      try {
        const [seconds, micros] = await link.run(() => link.masters()[0]!.time())
        agreeing(Number(seconds) * 1e6 + Number(micros), clock)
        return `${nodes} answers, clocks agree`
      } finally {
        link.close()
      }
    },
  }
}

function registryCheck(config: ServiceConfig): Check {
  const {
    WAGGLE_REGISTRY_URL: url,
    WAGGLE_REGISTRY_USERNAME: username,
    WAGGLE_REGISTRY_PASSWORD: password,
  } = config
  return httpCheck({
    name: 'schema registry',
    url: `${url.replace(/\/$/, '')}/subjects`,
    user: username === undefined ? undefined : `${username}:${password}`,
    fix: 'Start the schema registry there, or correct WAGGLE_REGISTRY_URL, path included',
    denied: 'Correct WAGGLE_REGISTRY_USERNAME and WAGGLE_REGISTRY_PASSWORD',
  })
}

function clickhouseCheck(config: ServiceConfig): Check {
  const {
    WAGGLE_CLICKHOUSE_URL: url,
    WAGGLE_CLICKHOUSE_USERNAME: username,
    WAGGLE_CLICKHOUSE_PASSWORD: password,
  } = config
  return httpCheck({
    name: 'ClickHouse',
    url: `${url.replace(/\/$/, '')}/?query=SELECT%201`,
    user: `${username}:${password}`,
    fix: 'Start ClickHouse there, or correct WAGGLE_CLICKHOUSE_URL',
    denied: 'Correct WAGGLE_CLICKHOUSE_USERNAME and WAGGLE_CLICKHOUSE_PASSWORD',
  })
}
