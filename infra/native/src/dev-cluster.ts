import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePorts } from './native-process.ts'
import { startApicurio } from './apicurio.ts'
import { startClickHouse, type ClickHouseServer } from './clickhouse.ts'
import { startKafka, type KafkaServer } from './kafka.ts'
import { startRedis, type NativeRedis } from './redis.ts'
import { startService, type ServiceProcess } from './service-process.ts'

export interface DevCluster {
  /** WAGGLE_ variables under which clients and services find it. */
  readonly environment: Readonly<Record<string, string>>
  readonly servers: DevServers
  readonly services: readonly ServiceProcess[]
  /** Ends everything that was started here; what was restarted by others is theirs. */
  stop(): Promise<void>
}

/** For tests that kill, freeze and restart them. */
export interface DevServers {
  readonly kafka: KafkaServer
  readonly redis: NativeRedis
  readonly clickHouse: ClickHouseServer
}

export interface DevClusterOptions {
  /** Prefer the built-in registry even where Apicurio could run. */
  readonly builtInRegistry?: boolean
  /** All of them if left out. */
  readonly services?: readonly DevService[]
  /** A broker that compiles fully; for measuring. */
  readonly warm?: boolean
  /** Further WAGGLE_ variables of clients and services. */
  readonly environment?: Readonly<Record<string, string>>
  /** Processes of each service; 1 if left out. */
  readonly instances?: number
  /** Told of every part as it is ready. */
  readonly onReady?: (part: string) => void
}

export type DevService = 'hot-view' | 'coordinator' | 'analytics' | 'memory-view'

const SERVICES: readonly DevService[] = ['hot-view', 'coordinator', 'analytics', 'memory-view']
const DATABASE = 'waggle'
const WRITER = { name: 'writer', password: 'writer-secret', role: 'writer' } as const
const ANALYST = { name: 'analyst', password: 'analyst-secret', role: 'analyst' } as const

/** A whole cluster of native processes on 127.0.0.1, its data in temporary folders. */
export async function startDevCluster(options: DevClusterOptions = {}): Promise<DevCluster> {
  const { instances = 1, services: names = SERVICES, warm = false } = options
  const stops: (() => Promise<void>)[] = []
  const add: Add = (part, stop) => {
    stops.push(stop)
    options.onReady?.(part)
  }
  const stop = async (): Promise<void> => {
    for (let last = stops.pop(); last !== undefined; last = stops.pop()) await last()
  }
  try {
    const servers = await startServers(add, warm)
    const keys = mkdtempSync(join(tmpdir(), 'waggle-keys-'))
    stops.push(async () => rmSync(keys, { recursive: true, force: true }))
    const stores = {
      ...environmentOf(servers),
      WAGGLE_VAULT_DIR: keys,
      ...options.environment,
    }
    const environment = {
      ...stores,
      WAGGLE_REGISTRY_URL: await startRegistry(options, stores, add),
    }
    const services: ServiceProcess[] = []
    for (const name of names.flatMap((service) => Array<string>(instances).fill(service))) {
      const service = await startService(name, { environment })
      services.push(service)
      add(`${name.padEnd(16)} ${service.url}/health`, () => service.stop())
    }
    const urls = services.map(({ url }) => url).join(',')
    const waited = urls === '' ? {} : { WAGGLE_SERVICE_URLS: urls }
    return { environment: { ...environment, ...waited }, servers, services, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

type Add = (part: string, stop: () => Promise<void>) => void

async function startServers(add: Add, warm: boolean): Promise<DevServers> {
  const kafka = await startKafka({ warm })
  if (kafka === undefined)
    throw new Error('Kafka needs Java 17 or newer, and Maven to fetch it once')
  add(`Kafka            ${kafka.broker}`, () => kafka.dispose())
  const redis = await startRedis()
  add(`Redis            ${redis.endpoint.host}:${redis.endpoint.port}`, () => redis.stop())
  const clickHouse = await startClickHouse({ database: DATABASE, users: [WRITER, ANALYST] })
  const login = `user ${ANALYST.name}, password ${ANALYST.password}`
  add(`ClickHouse       ${clickHouse.url} (chdb; ${login})`, () => clickHouse.stop())
  return { kafka, redis, clickHouse }
}

function environmentOf({ kafka, redis, clickHouse }: DevServers): Record<string, string> {
  return {
    WAGGLE_LOG_LEVEL: 'warn',
    WAGGLE_KAFKA_BROKERS: kafka.broker,
    WAGGLE_REDIS_NODES: `${redis.endpoint.host}:${redis.endpoint.port}`,
    WAGGLE_CLICKHOUSE_URL: clickHouse.url,
    WAGGLE_CLICKHOUSE_DATABASE: DATABASE,
    WAGGLE_CLICKHOUSE_USERNAME: WRITER.name,
    WAGGLE_CLICKHOUSE_PASSWORD: WRITER.password,
  }
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
