import { randomUUID } from 'node:crypto'
import { systemClock } from '@waggle/base'
import { partitionsOf, type EventLog } from '@waggle/log'
import { HOT_TOPICS } from '@waggle/view-hot'
import {
  openRedisHotStore,
  type HotTtl,
  type RedisHotStore,
  type RedisLinkOptions,
} from '@waggle/view-hot/redis'
import { hasRedis, startRedis, startRedisCluster } from '@waggle-infra/native/redis'
import { dockerAnswers } from './docker.ts'
import { resolveInfra } from './infra.ts'

export interface TestRedis {
  readonly redis: RedisLinkOptions
  dispose(): Promise<void>
}

/** A server for a test file, from WAGGLE_REDIS (host:port), Docker or the machine. Keys get a prefix of their own. */
export function resolveRedis(): Promise<TestRedis | undefined> {
  return resolveInfra<TestRedis>('Redis', [
    async () => fromEnvironment('WAGGLE_REDIS', false),
    redisInDocker,
    async () => {
      if (!(await hasRedis())) return undefined
      const server = await startRedis()
      return { redis: { endpoints: [server.endpoint] }, dispose: () => server.stop() }
    },
  ])
}

/** Whether there is a redis-server to start and to kill: for faults, which need a process of one's own. */
export function resolveNativeRedis(): Promise<true | undefined> {
  return resolveInfra('redis-server', [async () => ((await hasRedis()) ? true : undefined)])
}

/** Three masters, from WAGGLE_REDIS_CLUSTER (host:port of one node) or the machine. */
export function resolveRedisCluster(): Promise<TestRedis | undefined> {
  return resolveInfra<TestRedis>('Redis Cluster', [
    async () => fromEnvironment('WAGGLE_REDIS_CLUSTER', true),
    async () => {
      if (!(await hasRedis())) return undefined
      const { endpoints, stop } = await startRedisCluster()
      return { redis: { endpoints, cluster: true }, dispose: stop }
    },
  ])
}

/** The hot view of a log in Redis, under a prefix that nobody else has. */
export function openTestStore(
  { redis }: Pick<TestRedis, 'redis'>,
  log: EventLog,
  options: { readonly prefix?: string; readonly ttl?: HotTtl; readonly version?: number } = {},
): Promise<RedisHotStore> {
  const prefix = randomPrefix()
  const partitions = partitionsOf(log, HOT_TOPICS)
  return openRedisHotStore({ redis, partitions, clock: systemClock(), prefix, ...options })
}

export function randomPrefix(): string {
  return `test-${randomUUID()}`
}

function fromEnvironment(name: string, cluster: boolean): TestRedis | undefined {
  const [host, port] = (process.env[name] ?? '').split(':')
  if (host === undefined || host === '' || port === undefined) return undefined
  return {
    redis: { endpoints: [{ host, port: Number(port) }], cluster },
    dispose: async () => {},
  }
}

async function redisInDocker(): Promise<TestRedis | undefined> {
  if (!(await dockerAnswers())) return undefined
  const { GenericContainer } = await import('testcontainers')
  const container = await new GenericContainer('redis:7.4.1').withExposedPorts(6379).start()
  const endpoint = { host: container.getHost(), port: container.getMappedPort(6379) }
  return {
    redis: { endpoints: [endpoint] },
    dispose: async () => void (await container.stop()),
  }
}
