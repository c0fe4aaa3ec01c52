import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { silentLogger, systemClock } from '@waggle/base'
import { createCodec } from '@waggle/codec'
import { createRunner, type Projection } from '@waggle/consume'
import { createEmitter, type AnyDraft } from '@waggle/emit'
import { PARTITIONS } from '@waggle/event'
import { partitionsOf } from '@waggle/log'
import { openLmdbLog } from '@waggle/log/lmdb'
import { createLogRegistry } from '@waggle/registry'
import { createHotProjection, HOT_TOPICS } from '@waggle/view-hot'
import { openRedisHotStore } from '@waggle/view-hot/redis'
import { hasRedis, startRedis } from '@waggle-infra/native/redis'
import { interleaved, line, quantile, show, verify } from './measure.ts'

const AGENTS = 8
const BARS = 2_500
const ROUNDS = 5
const EMITS = 1000
const TEXT = 'the trend of the last twenty days outweighs the drawdown since the last high; '

/** Rebuilding the hot view from the log, in process and in Redis, and the way of one event there. */
export async function benchHotRedis(): Promise<string[]> {
  if (!(await hasRedis())) return ['hot view in Redis: not measured, there is no redis-server']
  const folder = mkdtempSync(join(tmpdir(), 'waggle-bench-'))
  const clock = systemClock()
  const log = await openLmdbLog({ path: folder, topics: PARTITIONS, clock })
  const codec = createCodec(createLogRegistry({ log }))
  await codec.register()
  const emitters = Array.from({ length: AGENTS }, (_, index) =>
    createEmitter({
      log,
      codec,
      clock,
      swarm: 'bench',
      agent: `agent-${index}`,
      session: `${index}`,
    }),
  )
  for (let bar = 0; bar < BARS; bar += 50) {
    for (const emitter of emitters) {
      await emitter.emitAll(Array.from({ length: 50 }, (_, index) => draftsOf(bar + index)).flat())
    }
  }
  const events = emitters.reduce((total, { seq }) => total + seq, 0)
  const server = await startRedis()
  const store = await openRedisHotStore({
    redis: { endpoints: [server.endpoint] },
    partitions: partitionsOf(log, HOT_TOPICS),
    clock,
    prefix: randomUUID(),
  })
  let truth = ''
  const timed = (open: () => Promise<Projection>, batchRecords: number) => async () => {
    const projection = await open()
    const runner = createRunner({
      log,
      codec,
      clock,
      logger: silentLogger,
      projection,
      batchRecords,
    })
    const start = performance.now()
    await runner.start()
    await runner.caughtUp(600_000)
    const seconds = (performance.now() - start) / 1000
    await runner.stop()
    truth ||= await projection.digest()
    verify((await projection.digest()) === truth, 'every view is the same')
    return events / seconds
  }
  const emptied = async (): Promise<Projection> => {
    await store.projection.reset()
    return store.projection
  }
  const samples = await interleaved(ROUNDS, [
    {
      name: 'rebuild in process, batches of 8,192',
      run: timed(async () => createHotProjection(), 8192),
    },
    { name: 'rebuild in Redis, batches of 1,024', run: timed(emptied, 1024) },
    { name: 'rebuild in Redis, batches of 8,192', run: timed(emptied, 8192) },
    { name: 'rebuild in Redis, batches of 32,768', run: timed(emptied, 32_768) },
  ])
  const runner = createRunner({
    log,
    codec,
    clock,
    logger: silentLogger,
    projection: store.projection,
  })
  await runner.start()
  await runner.caughtUp(600_000)
  const scope = { swarm: 'bench', run: null }
  const [emitter] = emitters
  const ways: number[] = []
  const reads: number[] = []
  for (let version = 0; version < EMITS; version++) {
    const start = performance.now()
    const { position } = await emitter!.emit({
      kind: 'agent_state',
      type: 'CURRENT',
      version,
      state: '',
    })
    await runner.progress.waitFor([position], 5000)
    ways.push(performance.now() - start)
    const asked = performance.now()
    const { value } = await store.view.agentState(scope, 'agent-0')
    reads.push(performance.now() - asked)
    verify(value?.event.version === version, 'what was emitted is visible')
  }
  await runner.stop()
  store.close()
  await server.stop()
  await log.close()
  rmSync(folder, { recursive: true })
  const spread = (values: number[]): string =>
    `p50 ${show(quantile(values, 0.5))} ms, p99 ${show(quantile(values, 0.99))} ms`
  return [
    `hot view in Redis, ${show(events)} events of ${AGENTS} agents from the LMDB log`,
    ...[...samples].map(([name, values]) => line(name, values, 'events/s')),
    `  emit -> visible in Redis, durable log           ${spread(ways)}`,
    `  lookup of the latest agent state in Redis       ${spread(reads)}`,
  ]
}

/** What one agent says of one bar in the demo. */
function draftsOf(bar: number): AnyDraft[] {
  const price = 1_000_000_000_000n + BigInt(bar) * 1_000_000_000n
  const signal = (domain: string): AnyDraft => ({
    kind: 'signal',
    domain,
    severity: 'LOW',
    confidence: 0.6,
    instrument: 'SPX',
    strength: 0.2,
    message: TEXT,
    ttl_ms: 1,
  })
  const decision = (action: string): AnyDraft => ({
    kind: 'decision',
    action,
    instrument: 'SPX',
    context: TEXT.repeat(3),
    reasoning: TEXT,
    confidence: 0.6,
    price,
  })
  return [
    ...['trend', 'risk', 'volume', 'news', 'flow'].map(signal),
    ...['LONG', 'HOLD', 'SIZE', 'SHORT', 'FLAT'].map(decision),
    ...[0, 1, 2, 3].map((version): AnyDraft => {
      return { kind: 'agent_state', type: 'CURRENT', version: bar * 4 + version, state: TEXT }
    }),
    {
      kind: 'bar',
      instrument: 'SPX',
      interval: 'P1D',
      open: price,
      high: price,
      low: price,
      close: price,
      volume: 1n,
    },
    {
      kind: 'fill',
      decision: '0191f000-0000-7000-8000-000000000000',
      instrument: 'SPX',
      quantity: 1_000_000_000n,
      price,
      fee: 1n,
    },
  ]
}
