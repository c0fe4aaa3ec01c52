import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { silentLogger, systemClock } from '@waggle/base'
import { createRunner } from '@waggle/consume'
import { coordinate, type CoordinationBus, type Locks } from '@waggle/coordinate'
import { parseEnvironment, parseTopicsFile } from '@waggle/service'
import { createCoordinationProjection } from '@waggle/view-coordination'
import { openClusterBus } from '@waggle-services/cluster'
import { openEmbeddedBus } from '@waggle-services/embedded'
import { startDevCluster } from '@waggle-infra/native/dev-cluster'
import { startEtcd } from '@waggle-infra/native/etcd'
import { interleaved, line, quantile, show, verify } from './measure.ts'

const CLIENTS = 8
const LATENCY_GRANTS = 1000
const WARM_UP = 200
const GRANTS = 100
const ROUNDS = 5
const CLOCK = { clock: systemClock(), logger: silentLogger }

/** Locks counted where they are used, as agents of a cluster do: no answer waits for its result to be in the log. */
const ONLY_COUNT = { publish: async () => {}, lookAgain: () => {} }

/** One client of a lock service: takes a lock and gives it back. */
type Cycle = (resource: string) => Promise<void>

/** Acquire and release: latency of one client, and grants per second of several beside etcd. */
export async function benchLocks(): Promise<string[]> {
  const folder = mkdtempSync(join(tmpdir(), 'waggle-bench-'))
  const bus = await openEmbeddedBus({ dataDir: folder, analytics: 'off' }, CLOCK)
  const agents = await agentsOf(bus, 'agent')
  const embedded = await latency(agents[0]!)
  const projection = createCoordinationProjection(ONLY_COUNT)
  const counting = createRunner({ log: bus.log, codec: bus.codec, ...CLOCK, projection })
  await counting.start()
  const own = await agentsOf(
    { ...bus, coordination: { view: projection.view, runner: counting } },
    'counter',
  )
  const counted = await latency(own[0]!)
  const etcd = await startEtcd()
  const rivals = [
    { name: 'embedded, LMDB, durable', cycles: agents.map(cycleOf) },
    { name: 'the same, counted in the agent', cycles: own.map(cycleOf) },
  ]
  if (etcd !== undefined)
    rivals.push({ name: 'etcd, HTTP gateway, durable', cycles: await etcdClients(etcd.url) })
  const apart = await grantsOf(rivals, (client) => `own-${client}`)
  const together = await grantsOf(rivals, () => 'shared')
  await etcd?.stop()
  await counting.stop()
  await bus.stop()
  rmSync(folder, { recursive: true })
  return [
    `locks: one client, ${LATENCY_GRANTS} times acquire and release`,
    ...latencyLines('embedded, durable', embedded),
    ...latencyLines('the same, counted in the agent', counted),
    ...latencyLines('Kafka, one broker', await kafkaLatency()),
    `locks: grants per second of ${CLIENTS} clients, each with a lock of its own`,
    ...apart,
    `locks: grants per second of ${CLIENTS} clients at one lock`,
    ...together,
    ...(etcd === undefined ? ['  etcd not measured: apt-get install etcd-server'] : []),
  ]
}

async function agentsOf(bus: CoordinationBus, prefix: string): Promise<Locks[]> {
  const { agent } = coordinate(bus)
  return Promise.all(
    Array.from({ length: CLIENTS }, async (_, index) => {
      const name = `${prefix}-${index}`
      const own = agent({ swarm: 'bench', agent: name, session: name })
      await own.emitter.emit({ kind: 'agent', op: 'JOINED', role: 'bench' })
      return own.locks
    }),
  )
}

interface Latency {
  readonly acquire: number[]
  readonly both: number[]
}

async function latency(locks: Locks): Promise<Latency> {
  const acquire: number[] = []
  const both: number[] = []
  let token = -1n
  for (let grant = 0; grant < WARM_UP + LATENCY_GRANTS; grant++) {
    const start = performance.now()
    const lock = await locks.acquire('latency')
    const granted = performance.now()
    await lock.release()
    verify(lock.token > token, 'tokens grow')
    token = lock.token
    if (grant < WARM_UP) continue
    acquire.push(granted - start)
    both.push(performance.now() - start)
  }
  return { acquire, both }
}

function latencyLines(name: string, { acquire, both }: Latency): string[] {
  const row = (what: string, values: readonly number[]): string =>
    `  ${`${name}: ${what}`.padEnd(46)} p50 ${show(quantile(values, 0.5))} ms, p99 ${show(quantile(values, 0.99))} ms, max ${show(quantile(values, 1))} ms`
  return [row('acquire', acquire), row('acquire and release', both)]
}

/** A cluster of processes; locks are counted in the client's process, and told to the log by the coordinator. */
async function kafkaLatency(): Promise<Latency> {
  const cluster = await startDevCluster({
    builtInRegistry: true,
    services: ['coordinator'],
    warm: true,
  })
  const config = parseEnvironment(cluster.environment, () => '')
  const topics = parseTopicsFile(readFileSync('infra/kafka/topics.json', 'utf8'))
  const bus = await openClusterBus(config, topics, CLOCK)
  const [locks] = await agentsOf(bus, 'agent')
  const measured = await latency(locks!)
  await bus.stop()
  await cluster.stop()
  return measured
}

/** All clients at once, in turn with the other service's. */
async function grantsOf(
  rivals: readonly { readonly name: string; readonly cycles: readonly Cycle[] }[],
  resourceOf: (client: number) => string,
): Promise<string[]> {
  const samples = await interleaved(
    ROUNDS,
    rivals.map(({ name, cycles }) => ({
      name,
      run: async () => {
        const start = performance.now()
        await Promise.all(
          cycles.map(async (cycle, client) => {
            for (let grant = 0; grant < GRANTS; grant++) await cycle(resourceOf(client))
          }),
        )
        return (cycles.length * GRANTS) / ((performance.now() - start) / 1000)
      },
    })),
  )
  return [...samples].map(([name, values]) => line(name, values.slice(1), 'grants/s'))
}

function cycleOf(locks: Locks): Cycle {
  return async (resource) => (await locks.acquire(resource)).release()
}

/** One lease for each client, as etcd's own sessions have; lock and unlock over kept connections. */
async function etcdClients(url: string): Promise<Cycle[]> {
  const post = async <T>(path: string, body: object): Promise<T> => {
    const response = await fetch(`${url}/v3/${path}`, {
      method: 'POST',
      body: JSON.stringify(body),
    })
    const answer = await response.text()
    verify(response.ok, `etcd answers ${path}: ${answer}`)
    return JSON.parse(answer) as T
  }
  return Promise.all(
    Array.from({ length: CLIENTS }, async () => {
      const { ID: lease } = await post<{ ID: string }>('lease/grant', { TTL: 600 })
      return async (resource: string) => {
        const name = Buffer.from(resource).toString('base64')
        const { key } = await post<{ key: string }>('lock/lock', { name, lease })
        await post('lock/unlock', { key })
      }
    }),
  )
}
