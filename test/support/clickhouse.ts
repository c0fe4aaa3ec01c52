import { openHttpStore, type HttpStoreOptions } from '@waggle/view-analytics/clickhouse'
import type { AnalyticsStore } from '@waggle/view-analytics'
import { startClickHouse } from '@waggle-infra/native/clickhouse'
import { dockerAnswers } from './docker.ts'
import { resolveInfra, type Resolver } from './infra.ts'

/** A ClickHouse for tests and a user of it who may do anything. */
export interface TestClickHouse {
  readonly kind: 'given' | 'docker' | 'facade on chdb'
  readonly options: HttpStoreOptions
  stop(): Promise<void>
}

const IMAGE = 'clickhouse/clickhouse-server:26.3'
const PORT = 8123

const given: Resolver<TestClickHouse> = async () => {
  const url = process.env['WAGGLE_TEST_CLICKHOUSE_URL']
  if (url === undefined) return undefined
  const username = process.env['WAGGLE_TEST_CLICKHOUSE_USERNAME'] ?? 'default'
  const password = process.env['WAGGLE_TEST_CLICKHOUSE_PASSWORD'] ?? ''
  return { kind: 'given', options: { url, username, password }, stop: async () => {} }
}

const docker: Resolver<TestClickHouse> = async () => {
  if (!(await dockerAnswers())) return undefined
  const { GenericContainer, Wait } = await import('testcontainers')
  const container = await new GenericContainer(IMAGE)
    .withEnvironment({ CLICKHOUSE_USER: 'writer', CLICKHOUSE_PASSWORD: 'writer-secret' })
    .withExposedPorts(PORT)
    .withWaitStrategy(Wait.forHttp('/ping', PORT))
    .start()
  const url = `http://${container.getHost()}:${container.getMappedPort(PORT)}`
  return {
    kind: 'docker',
    options: { url, username: 'writer', password: 'writer-secret' },
    stop: async () => void (await container.stop()),
  }
}

const facade: Resolver<TestClickHouse> = async () => {
  const server = await startClickHouse()
  const options = { url: server.url, username: 'writer', password: 'writer-secret' }
  return { kind: 'facade on chdb', options, stop: () => server.stop() }
}

export function resolveClickHouse(): Promise<TestClickHouse | undefined> {
  return resolveInfra('ClickHouse', [given, docker, facade])
}

/** A store on a database of its own. */
export async function freshHttpStore(
  options: HttpStoreOptions,
  database: string,
): Promise<AnalyticsStore> {
  const admin = openHttpStore(options)
  await admin.command(`DROP DATABASE IF EXISTS ${database} SYNC`)
  await admin.command(`CREATE DATABASE ${database}`)
  await admin.close()
  return openHttpStore({ ...options, database })
}
