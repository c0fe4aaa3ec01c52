import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { silentLogger, systemClock } from '@waggle/base'
import { readAdmitted, readDeadLetters } from '@waggle/consume'
import { EVENT_TOPICS, TOPICS as TOPICS_OF_EVENTS, type EventTopic } from '@waggle/event'
import { partitionsOf } from '@waggle/log'
import { parseEnvironment, parseTopicsFile, type Health } from '@waggle/service'
import { openChdbStore } from '@waggle/view-analytics/chdb'
import { COORDINATION_TOPICS, recount } from '@waggle/view-coordination'
import { HOT_TOPICS } from '@waggle/view-hot'
import { openClusterBus, rebuiltDigests, type ClusterBus } from '@waggle-services/cluster'
import { startDevCluster, type DevCluster } from '@waggle-infra/native/dev-cluster'
import { startKafka, type KafkaServer } from '@waggle-infra/native/kafka'
import { startRedis } from '@waggle-infra/native/redis'
import { startService } from '@waggle-infra/native/service'
import { resolveInfra } from '../support/infra.ts'
import { startSteadySwarm, type SteadySwarm } from '../support/steady-swarm.ts'

const probe = await resolveInfra('Kafka as a native process', [startKafka])
await probe?.dispose()

const TIMEOUT_MS = 90_000
const TOPICS = await readFile('infra/kafka/topics.json', 'utf8')

describe.skipIf(probe === undefined)('services', () => {
  let cluster: DevCluster
  let bus: ClusterBus
  let swarm: SteadySwarm
  let extra: { stop(): Promise<void> }[] = []

  const start = async (instances: number): Promise<void> => {
    cluster = await startDevCluster({
      builtInRegistry: true,
      instances,
      // Those that share partitions; each memory view reads all.
      services: ['hot-view', 'coordinator', 'analytics'],
      environment: NO_TICKS,
    })
    const config = parseEnvironment(cluster.environment, () => '')
    const deps = { clock: systemClock(), logger: silentLogger }
    bus = await openClusterBus(config, parseTopicsFile(TOPICS), deps)
    swarm = await startSteadySwarm(bus)
    await rounds(5)
  }
  const rounds = async (count: number): Promise<void> => {
    const goal = swarm.rounds + count
    await expect.poll(() => swarm.rounds, { timeout: TIMEOUT_MS }).toBeGreaterThanOrEqual(goal)
  }
  beforeEach(() => void (extra = []))
  afterEach(async () => {
    await swarm?.stop()
    await bus?.stop()
    for (const one of extra) await one.stop()
    await cluster?.stop()
  })

  it('share partitions, and lose and double nothing when instances come, are killed and drain', async () => {
    await start(2)
    const [hot, , coordinator, , analytics] = cluster.services
    await expect.poll(() => partitionsOfAll(cluster), { timeout: TIMEOUT_MS }).toEqual(SPREAD)
    for (const service of [hot!, coordinator!, analytics!]) await service.kill()
    await rounds(10)
    for (const name of ['hot-view', 'coordinator', 'analytics']) {
      extra.push(await startService(name, { environment: servicesOnly(cluster.environment) }))
    }
    await rounds(10)
    await cluster.services[1]!.stop()
    await rounds(10)
    await swarm.stop()
    await expectWhole(bus, [cluster.services[3]!.url, cluster.services[5]!.url])
  })

  it('go on by themselves when Redis, ClickHouse and the broker were away, and say so meanwhile', async () => {
    await start(1)
    const [hot, coordinator, analytics] = cluster.services.map(({ url }) => url)
    const { redis, clickHouse } = cluster.servers
    let kafka: KafkaServer = cluster.servers.kafka

    await redis.kill()
    expect(await saidBy(hot!, /Redis/)).toMatchObject({ state: 'degraded' })
    expect((await fetch(`${hot}/ready`)).status).toBe(503)
    const fallback = await bus.reader.agent({ ...STEADY }, 'agent-1')
    expect(fallback).toMatchObject({ source: 'in-process' })
    expect(fallback.value).toBeDefined()
    extra.push(await startRedis({ port: redis.endpoint.port, folder: redis.folder }))
    await ready(hot!)

    await clickHouse.kill()
    expect(await saidBy(analytics!, /./)).toMatchObject({ state: 'degraded' })
    extra.push(await clickHouse.restart())
    await ready(analytics!)

    await kafka.kill()
    for (const url of [hot!, coordinator!, analytics!]) {
      expect(await saidBy(url, /kafka/)).toMatchObject({
        state: 'degraded',
        log: { state: 'down' },
      })
    }
    kafka = await kafka.restart()
    extra.push(kafka)
    for (const url of [hot!, coordinator!, analytics!]) await ready(url)
    await rounds(5)
    await swarm.stop()
    await expectWhole(bus, [hot!, coordinator!, analytics!])
  })
})

const STEADY = { swarm: 'steady', run: null }
/** The log stands still once the swarm does, so that views can be compared. */
const NO_TICKS = { WAGGLE_TICK_MS: '3600000' }
/** Projection -> partitions of its two instances, sorted. */
const SPREAD = {
  hot: halvesOf(HOT_TOPICS),
  coordination: halvesOf(COORDINATION_TOPICS),
  analytics: halvesOf(EVENT_TOPICS),
}

function halvesOf(topics: readonly EventTopic[]): number[] {
  const count = topics.reduce((sum, topic) => sum + TOPICS_OF_EVENTS[topic].partitions, 0)
  return [Math.floor(count / 2), Math.ceil(count / 2)]
}

function servicesOnly(environment: Readonly<Record<string, string>>): Record<string, string> {
  const { WAGGLE_SERVICE_URLS: _urls, ...rest } = environment
  return rest
}

async function healthAt(url: string): Promise<Health> {
  return (await (await fetch(`${url}/health`)).json()) as Health
}

async function partitionsOfAll(cluster: DevCluster): Promise<Record<string, number[]>> {
  const all = await Promise.all(cluster.services.map(({ url }) => healthAt(url)))
  const spread: Record<string, number[]> = {}
  for (const { name, partitions } of all.flatMap(({ projections }) => projections)) {
    spread[name] = [...(spread[name] ?? []), partitions].sort((a, b) => a - b)
  }
  return spread
}

/** Its health once a reason matches. */
async function saidBy(url: string, reason: RegExp): Promise<Health> {
  let health: Health | undefined
  await expect
    .poll(
      async () => {
        health = await healthAt(url)
        return health.reasons.some((text) => reason.test(text))
      },
      { timeout: TIMEOUT_MS },
    )
    .toBe(true)
  return health!
}

async function ready(url: string): Promise<void> {
  await expect
    .poll(async () => (await fetch(`${url}/ready`)).status, { timeout: TIMEOUT_MS })
    .toBe(200)
}

/** Every view equals one projected anew, and the coordinator has told what anyone counts. */
async function expectWhole(bus: ClusterBus, urls: readonly string[]): Promise<void> {
  const { log, codec } = bus
  await expect
    .poll(
      async () => {
        const all = await Promise.all(urls.map(healthAt))
        return all.flatMap(({ projections }) => projections.map(({ lag }) => lag))
      },
      { timeout: TIMEOUT_MS },
    )
    .toEqual(urls.map(() => '0'))
  await bus.hot.runner.caughtUp(TIMEOUT_MS)
  await bus.coordination.runner.caughtUp(TIMEOUT_MS)

  const folder = await mkdtemp(join(tmpdir(), 'waggle-rebuilt-'))
  const store = await openChdbStore(folder)
  const parts = { log, codec, clock: systemClock(), logger: silentLogger }
  const rebuilt = await rebuiltDigests({ ...parts, store, timeoutMs: TIMEOUT_MS })
  await store.close()
  await rm(folder, { recursive: true, force: true })
  expect(await bus.digests()).toEqual(rebuilt)

  const counted: string[] = []
  for (const at of partitionsOf(log, ['waggle.locks.v1', 'waggle.proposals.v1'])) {
    counted.push(...(await recount(log, codec, at)).map(({ id }) => id))
  }
  const told: string[] = []
  const results = partitionsOf(log, ['waggle.lock-results.v1', 'waggle.proposal-results.v1'])
  for (const end of await log.ends(results)) {
    for await (const batch of readAdmitted({ log, codec }, end)) {
      told.push(...batch.map(({ envelope }) => envelope.id))
    }
  }
  expect(told.sort()).toEqual(counted.sort())
  // A repeated append is the only thing that may have been refused.
  for await (const { headers } of readDeadLetters(log)) {
    expect(headers['dlq-code']).toBe('SEQ_DUPLICATE')
  }
}
