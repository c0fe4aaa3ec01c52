import { freePorts } from './native-process.ts'
import { startApicurio } from './apicurio.ts'
import { startClickHouse } from './clickhouse.ts'
import { startKafka } from './kafka.ts'
import { startRedis } from './redis.ts'
import { startService } from './service-process.ts'

export interface DevCluster {
  /** WAGGLE_ variables under which clients and services find it. */
  readonly environment: Readonly<Record<string, string>>
  /** What runs where, one line each. */
  readonly parts: readonly string[]
  stop(): Promise<void>
}

export interface DevClusterOptions {
  /** Prefer the built-in registry even where Apicurio could run. */
  readonly builtInRegistry?: boolean
  /** Told of every part as it is ready. */
  readonly onReady?: (part: string) => void
}

const SERVICES = ['hot-view', 'coordinator', 'analytics'] as const
const DATABASE = 'waggle'
const WRITER = { name: 'writer', password: 'writer-secret', role: 'writer' } as const
const ANALYST = { name: 'analyst', password: 'analyst-secret', role: 'analyst' } as const

/** A whole cluster of native processes on 127.0.0.1, its data in temporary folders. */
export async function startDevCluster(options: DevClusterOptions = {}): Promise<DevCluster> {
  const stops: (() => Promise<void>)[] = []
  const parts: string[] = []
  const add = (part: string, stop: () => Promise<void>): void => {
    stops.push(stop)
    parts.push(part)
    options.onReady?.(part)
  }
  const stop = async (): Promise<void> => {
    for (let last = stops.pop(); last !== undefined; last = stops.pop()) await last()
  }
  try {
    const environment = await startServers(options, add)
    const urls: string[] = []
    for (const name of SERVICES) {
      const service = await startService(name, { environment })
      urls.push(service.url)
      add(`${name.padEnd(16)} ${service.url}/health`, () => service.stop())
    }
    return { environment: { ...environment, WAGGLE_SERVICE_URLS: urls.join(',') }, parts, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

type Add = (part: string, stop: () => Promise<void>) => void

async function startServers(options: DevClusterOptions, add: Add): Promise<Record<string, string>> {
  const kafka = await startKafka()
  if (kafka === undefined)
    throw new Error('Kafka needs Java 17 or newer, and Maven to fetch it once')
  add(`Kafka            ${kafka.broker}`, () => kafka.dispose())
  const redis = await startRedis()
  const { host, port } = redis.endpoint
  add(`Redis            ${host}:${port}`, () => redis.stop())
  const clickHouse = await startClickHouse({ database: DATABASE, users: [WRITER, ANALYST] })
  add(
    `ClickHouse       ${clickHouse.url} (chdb; user ${ANALYST.name}, password ${ANALYST.password})`,
    () => clickHouse.stop(),
  )
  const environment = {
    WAGGLE_LOG_LEVEL: 'warn',
    WAGGLE_KAFKA_BROKERS: kafka.broker,
    WAGGLE_REDIS_NODES: `${host}:${port}`,
    WAGGLE_CLICKHOUSE_URL: clickHouse.url,
    WAGGLE_CLICKHOUSE_DATABASE: DATABASE,
    WAGGLE_CLICKHOUSE_USERNAME: WRITER.name,
    WAGGLE_CLICKHOUSE_PASSWORD: WRITER.password,
  }
  return { ...environment, WAGGLE_REGISTRY_URL: await startRegistry(options, environment, add) }
}

/** Apicurio where there is a Java for it, else our own. */
async function startRegistry(
  { builtInRegistry = false }: DevClusterOptions,
  environment: Readonly<Record<string, string>>,
  add: Add,
): Promise<string> {
  const apicurio = builtInRegistry ? undefined : await startApicurio()
  if (apicurio !== undefined) {
    add(`Apicurio         ${apicurio.url}`, () => apicurio.stop())
    return apicurio.url
  }
  const [port] = await freePorts(1)
  const own = await startService('schema-registry', {
    environment: { ...environment, WAGGLE_REGISTRY_PORT: String(port) },
  })
  const url = `http://127.0.0.1:${port}`
  add(`Schema registry  ${url}`, () => own.stop())
  return url
}
