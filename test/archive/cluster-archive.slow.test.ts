import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { silentLogger, systemClock } from '@waggle/base'
import { SCHEMA_TOPIC, type Position } from '@waggle/event'
import { partitionsOf } from '@waggle/log'
import { openEngines, parseEnvironment, parseTopicsFile, type Engines } from '@waggle/service'
import type { Health } from '@waggle/service'
import { openChdbStore } from '@waggle/view-analytics/chdb'
import { runWaggle } from '@waggle-services/cli'
import { openClusterBus, rebuiltDigests, type ClusterBus } from '@waggle-services/cluster'
import { startClickHouse } from '@waggle-infra/native/clickhouse'
import { startDevCluster } from '@waggle-infra/native/dev-cluster'
import { startRedis } from '@waggle-infra/native/redis'
import { startService } from '@waggle-infra/native/service'
import { resolveInfra } from '../support/infra.ts'
import { lateClock } from '../support/late-clock.ts'
import { startSteadySwarm, STEADY } from '../support/steady-swarm.ts'

const TIMEOUT_MS = 90_000
const TOPICS = parseTopicsFile(readFileSync('infra/kafka/topics.json', 'utf8'))
const SERVICES = ['hot-view', 'analytics', 'coordinator', 'memory-view']
const RESULTS = ['waggle.lock-results.v1', 'waggle.proposal-results.v1']
const folder = mkdtempSync(join(tmpdir(), 'waggle-cluster-archive-'))
const archive = join(folder, 'archive')

type Environment = Readonly<Record<string, string>>

const cluster = await resolveInfra('A cluster of native processes', [
  () =>
    startDevCluster({
      builtInRegistry: true,
      // The log stands still once the swarm does, so that views can be compared.
      environment: { WAGGLE_TICK_MS: '3600000', WAGGLE_ARCHIVE: archive },
    }),
])
const stops: (() => Promise<unknown>)[] = []

const openBus = (environment: Environment): Promise<ClusterBus> =>
  openClusterBus(
    parseEnvironment(environment, () => ''),
    TOPICS,
    {
      clock: systemClock(),
      logger: silentLogger,
    },
  )

function engines(environment: Environment): Promise<Engines> {
  const { signal } = new AbortController()
  const deps = { clock: systemClock(), logger: silentLogger, signal, onWaiting: () => {} }
  return openEngines(
    parseEnvironment(environment, () => ''),
    TOPICS,
    deps,
  )
}

/** What the swarm and its clients are to each other, without the services of before. */
function withoutServices(environment: Environment): Environment {
  const { WAGGLE_SERVICE_URLS: _urls, ...rest } = environment
  return rest
}

async function digestsOf(bus: ClusterBus): Promise<Record<string, string>> {
  return { ...(await bus.digests()), memory: await bus.memory.runner.projection.digest() }
}

async function someRounds(bus: ClusterBus): Promise<void> {
  const swarm = await startSteadySwarm(bus, 4)
  const options = { timeout: TIMEOUT_MS }
  await vi.waitFor(() => expect(swarm.rounds).toBeGreaterThanOrEqual(4), options)
  await swarm.stop()
}

async function later(bus: ClusterBus): Promise<void> {
  const emitter = bus.emitter({ ...STEADY, agent: 'agent-1', session: 'later' })
  await emitter.emitAll([
    { kind: 'decision', action: 'GO', context: '{}', reasoning: 'on', confidence: 0.5 },
    { kind: 'vote', proposal: 'p-1-1', choice: 'reject', confidence: 1, reasoning: 'late' },
    { kind: 'lock_command', op: 'ACQUIRE', resource: 'book-1', request: 'later', lease_ms: 1000 },
    { kind: 'experience', namespace: 'agent-1', type: 'weather', content: 'wind' },
  ])
}

/** The same log, and stores with nothing in them. */
async function emptyStores(environment: Environment): Promise<Environment> {
  const redis = await startRedis()
  const clickHouse = await startClickHouse({ database: 'waggle' })
  stops.push(redis.stop, clickHouse.stop)
  return {
    ...environment,
    WAGGLE_REDIS_NODES: `${redis.endpoint.host}:${redis.endpoint.port}`,
    WAGGLE_CLICKHOUSE_URL: clickHouse.url,
  }
}

async function reasonsOf(url: string): Promise<string> {
  const health = (await (await fetch(`${url}/health`)).json()) as Health
  return health.reasons.join('\n')
}

describe.skipIf(cluster === undefined)('a cluster whose log was trimmed', () => {
  const environment = cluster === undefined ? {} : withoutServices(cluster.environment)
  let before: Record<string, string>
  let results: Position[]
  beforeAll(async () => {
    const bus = await openBus(cluster!.environment)
    await someRounds(bus)
    const emitter = bus.emitter({ ...STEADY, agent: 'agent-1', session: 'memories' })
    for (const content of ['rain', 'sun'])
      await emitter.emit({ kind: 'experience', namespace: 'agent-1', type: 'weather', content })
    await bus.caughtUp(TIMEOUT_MS)
    // What the coordinator said on the way is to be counted, too.
    await bus.caughtUp(TIMEOUT_MS)
    before = await digestsOf(bus)
    results = await bus.log.ends(partitionsOf(bus.log, RESULTS))
    await bus.stop()
    for (const service of cluster!.services) await service.stop()

    const day = new Date(lateClock().now() / 1000).toISOString().slice(0, 10)
    let said = ''
    const argv = ['archive', 'run', '--archive', archive, '--before', day, '--trim', '--json']
    const code = await runWaggle(argv, environment, { write: (text) => (said += text) })
    const { trimmed, problems } = JSON.parse(said) as { trimmed: string[]; problems: unknown[] }
    expect({ code, problems }).toEqual({ code: 0, problems: [] })
    expect(trimmed.length).toBeGreaterThan(15)
  }, 300_000)
  afterAll(async () => {
    for (let stop = stops.pop(); stop !== undefined; stop = stops.pop()) await stop()
    await cluster?.stop()
    rmSync(folder, { recursive: true, force: true })
  })

  it(
    'rebuilds every view through the archive, as it was, and goes on',
    { timeout: 300_000 },
    async () => {
      const anew = await emptyStores(environment)
      const services = await Promise.all(
        SERVICES.map((name) => startService(name, { environment: anew })),
      )
      stops.push(...services.map((service) => service.stop))
      const urls = services.map(({ url }) => url).join(',')
      const bus = await openBus({ ...anew, WAGGLE_SERVICE_URLS: urls })
      stops.push(bus.stop)
      await bus.caughtUp(TIMEOUT_MS)
      expect(await digestsOf(bus)).toEqual(before)
      // Nothing is said twice: the coordinator found in the archive what it had said.
      expect(await bus.log.ends(partitionsOf(bus.log, RESULTS))).toEqual(results)

      await later(bus)
      await bus.caughtUp(TIMEOUT_MS)
      await bus.caughtUp(TIMEOUT_MS)
      const live = await digestsOf(bus)
      expect(live).not.toEqual(before)
      const store = await openChdbStore(join(folder, 'rebuilt'))
      const parts = { log: bus.log, codec: bus.codec, clock: systemClock(), logger: silentLogger }
      const rebuilt = await rebuiltDigests({ ...parts, store, timeoutMs: TIMEOUT_MS })
      await store.close()
      expect(live).toMatchObject(rebuilt)
    },
  )

  it(
    'tells who reads from the start without the archive what is missing',
    { timeout: 120_000 },
    async () => {
      const { WAGGLE_ARCHIVE: _none, ...without } = environment
      const { log } = await engines(without)
      stops.push(() => log.close())
      const [start] = await log.retention!.starts([{ topic: 'waggle.decisions.v1', partition: 0 }])
      const from = { ...start!, offset: 0n }
      const missing = { code: 'OFFSET_OUT_OF_RANGE', input: 'waggle.decisions.v1/0@0' }
      await expect(log.read(from, 1)).rejects.toMatchObject(missing)
      const options = { signal: AbortSignal.timeout(TIMEOUT_MS), maxRecords: 9 }
      const tail = log.tail([from], options)[Symbol.asyncIterator]()
      await expect(tail.next()).rejects.toMatchObject(missing)

      const stores = await emptyStores(without)
      const hot = await startService('hot-view', { environment: stores, until: '/health' })
      stops.push(hot.stop)
      await expect
        .poll(() => reasonsOf(hot.url), { timeout: TIMEOUT_MS })
        .toMatch(/waggle\.\S+\/\d@0 is before the start \d+/)
      expect((await fetch(`${hot.url}/ready`)).status).toBe(503)
    },
  )

  it(
    'names the first position that neither log nor archive has',
    { timeout: 120_000 },
    async () => {
      const { log } = await engines(environment)
      stops.push(() => log.close())
      const at = { topic: 'waggle.dead-letters.v1', partition: 0 }
      const record = { ...at, key: 'k', value: Buffer.from('x') }
      const [first] = await log.append([record, record, record])
      const [start] = await log.retention!.starts([at])
      await log.retention!.trim({ ...at, offset: first!.offset + 2n })
      const gap = { code: 'ARCHIVE_GAP', input: `${at.topic}/0@${start!.offset}` }
      await expect(log.read(start!, 1)).rejects.toMatchObject(gap)
      const options = { signal: AbortSignal.timeout(TIMEOUT_MS), maxRecords: 9 }
      await expect(
        log.tail([start!], options)[Symbol.asyncIterator]().next(),
      ).rejects.toMatchObject(gap)
      // What is before and behind it stays readable, and so do the others.
      expect(await log.read({ ...at, offset: first!.offset + 2n }, 9)).toHaveLength(1)
      const others = partitionsOf(log, Object.keys(log.topics)).filter(
        ({ topic }) => topic !== at.topic && topic !== SCHEMA_TOPIC,
      )
      for (const end of await log.ends(others))
        if (end.offset > 0n) expect(await log.read({ ...end, offset: 0n }, 1)).toHaveLength(1)
    },
  )
})
