import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { silentLogger, systemClock, systemRandom } from '@waggle/base'
import { createWaggleClient, type WaggleClient } from '@waggle/client'
import { sealRun } from '@waggle/emit'
import { EVENT_TOPICS, partitionName } from '@waggle/event'
import { partitionsOf } from '@waggle/log'
import { openEngines, parseEnvironment, parseTopicsFile } from '@waggle/service'
import { startDevCluster } from '@waggle-infra/native/dev-cluster'
import { openClusterBus, type ClusterBus, type ClusterDeps } from '@waggle-services/cluster'
import { createGatewayApp, hashToken, parseGrants } from '@waggle-services/gateway'
import { openGatewayBus } from '@waggle-services/gateway/cluster'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { countReads, type Reads } from '../support/count-reads.ts'
import { resolveInfra } from '../support/infra.ts'

const cluster = await resolveInfra('A cluster of native processes', [
  () => startDevCluster({ builtInRegistry: true, services: [] }),
])
const TOPICS = fileURLToPath(new URL('../../infra/kafka/topics.json', import.meta.url))
const topics = parseTopicsFile(readFileSync(TOPICS, 'utf8'))
const clock = systemClock()
const BEES = { swarm: 'bees', run: null }
const WAIT_MS = 120_000
/** More than the trajectory index keeps in memory before it writes. */
const OBSERVATIONS = 3000
const INDEX_BEHIND = 1024n

describe.skipIf(cluster === undefined)('the gateway of a cluster that starts again', () => {
  const folder = mkdtempSync(join(tmpdir(), 'waggle-gateway-resume-'))
  const configOf = (own: Readonly<Record<string, string>>) =>
    parseEnvironment({ ...cluster!.environment, ...own }, () => '')
  const kept = { WAGGLE_SNAPSHOT_DIR: folder }

  let bus: ClusterBus
  let reads: () => Reads
  /** Nothing is appended behind these while the reads of a start are looked at. */
  let ends: ReadonlyMap<string, bigint>
  let before: unknown

  /** A bus that has read all there is, and what it took for that. */
  async function open(
    how: (deps: Required<Pick<ClusterDeps, 'engines'>> & typeof DEPS) => Promise<ClusterBus>,
  ): Promise<void> {
    bus = await how({
      ...DEPS,
      engines: async (...args) => {
        const engines = await openEngines(...args)
        const counted = countReads(engines.log)
        reads = counted.reads
        return { ...engines, log: counted.log }
      },
    })
    await bus.caughtUp(WAIT_MS)
    const all = await bus.log.ends(partitionsOf(bus.log, EVENT_TOPICS))
    ends = new Map(all.map((end) => [partitionName(end), end.offset]))
  }
  const openGateway = (own: Readonly<Record<string, string>>) =>
    open(async (deps) => (await openGatewayBus(configOf(own), topics, deps)).bus)

  function client(): WaggleClient {
    const grants = parseGrants([
      {
        name: 'owner',
        sha256: hashToken('owner'),
        swarms: ['*'],
        verbs: ['read', 'emit', 'remember'],
      },
    ])
    const random = systemRandom()
    const own = {
      bus,
      clock,
      random,
      grants,
      logger: silentLogger,
      version: 'test',
      embedded: false,
    }
    const app = createGatewayApp(own)
    const inProcess: typeof fetch = async (input, init) => app.request(input as string, init)
    return createWaggleClient({ url: 'http://localhost', token: 'owner', fetch: inProcess })
  }

  /** One question to each view. */
  async function answers() {
    const owner = client()
    const swarm = { swarm: 'bees' }
    const all = {
      hot: await owner.call('agents', swarm),
      coordination: await owner.call('proposals', swarm),
      memory: await owner.call('recall', { ...swarm, body: { text: 'clover behind the mill' } }),
      bank: await owner.call('calibration', swarm),
      trajectory: await owner.call('trajectory', { ...swarm, agent: 'bob' }),
    }
    return Object.fromEntries(Object.entries(all).map(([name, { data }]) => [name, data]))
  }

  async function decide(count: number): Promise<void> {
    const bob = bus.emitter({ ...BEES, agent: 'bob', session: `bob/${clock.now()}` })
    for (let index = 0; index < count; index++) {
      const { event } = await bob.emit({
        kind: 'decision',
        action: 'FLY',
        context: 'noon',
        reasoning: 'sun',
        confidence: 0.7,
      })
      await bob.emit({ kind: 'outcome', decision: event.id, value: 0.02, success: index % 2 === 0 })
    }
    // Lessons are drawn once every partition has passed them.
    await clock.sleep(2)
    await sealRun({ ...bus, ...BEES, at: clock.now() })
    await bus.caughtUp(WAIT_MS)
  }

  beforeAll(async () => {
    await openGateway(kept)
    const ada = bus.emitter({ ...BEES, agent: 'ada', session: 'ada' })
    const bob = bus.emitter({ ...BEES, agent: 'bob', session: 'bob' })
    for (const one of [ada, bob]) await one.emit({ kind: 'agent', op: 'JOINED', role: 'scout' })
    await bus.caughtUp(WAIT_MS)
    const seen = (index: number) => ({
      kind: 'observation' as const,
      domain: 'meadow',
      source: 'walk',
      content: `Clover ${index}`,
    })
    await ada.emitAll(Array.from({ length: OBSERVATIONS }, (_, index) => seen(index)))
    const body = { agent: 'ada', content: 'There is clover behind the mill' }
    await client().call('remember', { swarm: 'bees', body })
    await decide(4)
    before = await answers()
    await bus.stop()
  }, 300_000)
  afterEach(() => bus.stop())
  afterAll(async () => {
    await cluster?.stop()
    rmSync(folder, { recursive: true, force: true })
  }, 60_000)

  it('says the same, and reads nothing of the log that its views were put away with', async () => {
    expect(before).toMatchObject({
      hot: [{ agent: 'ada' }, { agent: 'bob' }],
      memory: [{ text: expect.stringContaining('clover') as string }],
      bank: { count: 4 },
      trajectory: { events: expect.objectContaining({ length: 9 }) as unknown },
    })
    await open((deps) => openClusterBus(configOf(kept), topics, { ...deps, bank: true }))
    const { lowest } = reads()
    expect(lowest.size).toBeGreaterThan(20)
    // The record before the place is looked at, to know the log again.
    for (const [partition, offset] of lowest)
      expect([partition, offset]).toEqual([partition, ends.get(partition)! - 1n])
    expect(await answers()).toMatchObject({ ...(before as object), trajectory: {} })
  }, 200_000)

  it('goes on with its trajectory index from where that was written', async () => {
    await openGateway(kept)
    const { lowest } = reads()
    for (const [partition, offset] of lowest)
      expect([partition, offset >= ends.get(partition)! - INDEX_BEHIND]).toEqual([partition, true])
    const long = [...ends].filter(([, end]) => end >= BigInt(OBSERVATIONS))
    expect(long).toHaveLength(1)
    expect(await answers()).toEqual(before)
    await decide(2)
    expect(await answers()).toMatchObject({ bank: { count: 6 } })
  }, 200_000)

  it('reads all of it where it has no folder', async () => {
    await openGateway({})
    const { lowest } = reads()
    for (const [partition, end] of ends)
      if (end > 0n) expect([partition, lowest.get(partition)]).toEqual([partition, 0n])
    expect(await answers()).toMatchObject({
      hot: [{ agent: 'ada' }, { agent: 'bob' }],
      bank: { count: 6 },
    })
  }, 200_000)
})

const DEPS = {
  clock,
  logger: silentLogger,
  onWaiting: () => {},
  signal: new AbortController().signal,
}
