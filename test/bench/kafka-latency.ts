import { setTimeout as sleep } from 'node:timers/promises'
import { silentLogger, systemClock } from '@waggle/base'
import type { Emitter } from '@waggle/emit'
import type { Position } from '@waggle/event'
import { parseEnvironment, parseTopicsFile } from '@waggle/service'
import { openRedisHotStore, type RedisHotStore } from '@waggle/view-hot/redis'
import { HOT_TOPICS } from '@waggle/view-hot'
import { partitionsOf } from '@waggle/log'
import { openClusterBus, type ClusterBus } from '@waggle-services/cluster'
import { redisOptions } from '@waggle-services/hot-view'
import { startDevCluster, type DevService } from '@waggle-infra/native/dev-cluster'
import { readFileSync } from 'node:fs'
import { quantile, show, verify } from './measure.ts'

const RATE = 5000
const SECONDS = 6
const TICK_MS = 2
const SAMPLES = 40

/** A cluster of processes on this machine: from emit to visible, elsewhere. */
export async function benchKafkaLatency(): Promise<string[]> {
  return [
    `emit -> visible on a cluster of processes of this machine at ${RATE} events/s`,
    ...(await measure('Kafka, Redis and the hot view', ['hot-view'])),
    ...(await measure('and the coordinator, and ClickHouse (chdb behind HTTP)', [
      'hot-view',
      'coordinator',
      'analytics',
    ])),
  ]
}

async function measure(title: string, services: readonly DevService[]): Promise<string[]> {
  const cluster = await startDevCluster({ builtInRegistry: true, services, warm: true })
  const config = parseEnvironment(cluster.environment, () => '')
  const topics = parseTopicsFile(readFileSync('infra/kafka/topics.json', 'utf8'))
  const clock = systemClock()
  const bus = await openClusterBus(config, topics, { clock, logger: silentLogger })
  const store = await openRedisHotStore({
    redis: redisOptions(config),
    partitions: partitionsOf(bus.log, HOT_TOPICS),
    clock,
    prefix: 'waggle',
  })
  const emitter = bus.emitter({ swarm: 'bench', agent: 'a', session: 's' })
  await emitter.emit({ kind: 'agent', op: 'JOINED', role: 'r' })
  await underLoad(bus, store, emitter)
  const { acknowledged, own, redis } = await underLoad(bus, store, emitter)
  const stored = services.includes('analytics') ? await untilStored(bus, emitter) : []
  store.close()
  await bus.stop()
  await cluster.stop()
  const row = (name: string, values: readonly number[]): string =>
    `    ${name.padEnd(44)} p50 ${show(quantile(values, 0.5))} ms, p99 ${show(quantile(values, 0.99))} ms, max ${show(quantile(values, 1))} ms (n ${values.length})`
  return [
    `  ${title}`,
    row('emit -> acknowledged', acknowledged),
    row('emit -> hot view in this process', own),
    row('emit -> hot view in Redis, by the service', redis),
    ...(stored.length === 0 ? [] : [row('emit -> row visible in ClickHouse', stored)]),
  ]
}

/** A steady load, the first time to warm up; every tick's last event is timed from its emit. */
async function underLoad(bus: ClusterBus, store: RedisHotStore, emitter: Emitter) {
  const acknowledged: number[] = []
  const own: number[] = []
  const redis: number[] = []
  const waiting: Promise<unknown>[] = []
  const since = (start: number, into: number[]) => () => void into.push(performance.now() - start)
  const perTick = (RATE * TICK_MS) / 1000
  const begin = performance.now()
  const ticks = (SECONDS * 1000) / TICK_MS
  for (let tick = 0; tick < ticks; tick++) {
    const start = performance.now()
    const emitting = emitter.emitAll(
      Array.from({ length: perTick }, () => {
        return { kind: 'agent_state', type: 'CURRENT', version: tick, state: '{}' } as const
      }),
    )
    const sampled = tick % 10 === 0
    waiting.push(
      emitting.then(async (emitted) => {
        since(start, acknowledged)()
        const last: Position = emitted.at(-1)!.position
        await bus.hot.runner.progress.waitFor([last], 10_000).then(since(start, own))
        if (sampled) await store.view.waitFor([last], 10_000).then(since(start, redis))
      }),
    )
    const ahead = begin + (tick + 1) * TICK_MS - performance.now()
    if (ahead > 0) await sleep(ahead)
  }
  await Promise.all(waiting)
  const rate = (ticks * perTick) / ((performance.now() - begin) / 1000)
  verify(rate > RATE * 0.9, `the load was kept up, got ${Math.round(rate)} events/s`)
  return { acknowledged, own, redis }
}

async function untilStored(bus: ClusterBus, emitter: Emitter): Promise<number[]> {
  const latencies: number[] = []
  const decision = {
    kind: 'decision',
    action: 'HOLD',
    context: '{}',
    reasoning: 'r',
    confidence: 1,
  } as const
  for (let sample = 0; sample < SAMPLES; sample++) {
    const start = performance.now()
    const { event } = await emitter.emit(decision)
    const sql = 'SELECT count() AS n FROM decisions WHERE id = {id:UUID}'
    for (;;) {
      const [row] = await bus.analytics.query<{ n: string }>(sql, { id: event.id })
      if (Number(row?.n) > 0) break
      await sleep(5)
    }
    latencies.push(performance.now() - start)
    // Not in step with the service's rests.
    await sleep((sample * 37) % 250)
  }
  return latencies
}
