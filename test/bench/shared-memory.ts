import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { silentLogger, systemClock } from '@waggle/base'
import { coordinate, type SharedMemory } from '@waggle/coordinate'
import { openEmbeddedBus } from '@waggle-services/embedded'
import { quantile, show, verify } from './measure.ts'

const SAMPLES = 2000
const RACERS = 8
const UPDATES_EACH = 50
const ENTRIES = 20_000

/** Compare-and-set over a durable log, in one process: the whole embedded bus runs beside. */
export async function benchSharedMemory(): Promise<string[]> {
  const folder = mkdtempSync(join(tmpdir(), 'waggle-bench-'))
  const bus = await openEmbeddedBus(
    { dataDir: folder, analytics: 'off' },
    { clock: systemClock(), logger: silentLogger },
  )
  const agents = coordinate(bus)
  const racers = Array.from({ length: RACERS }, (_, index) =>
    agents.agent({ swarm: 'bench', agent: `a${index}`, session: `a${index}` }),
  )
  for (const { emitter } of racers) await emitter.emit({ kind: 'agent', op: 'JOINED', role: 'r' })
  const memories = racers.map((agent) => agent.memory('n'))
  await chain(memories[0]!, 'warm')
  const alone = await chain(memories[0]!, 'alone')
  const raced = await race(memories)
  const [reads, listing] = await read(memories[0]!, racers[0]!.emitter)
  await bus.stop()
  rmSync(folder, { recursive: true })
  return [
    'shared memory in one process, LMDB, durable before answered',
    row('compareAndSet -> answered', alone),
    row(`update by one of ${RACERS} that race on one counter`, raced),
    `  ${'get'.padEnd(46)} ${show(reads)} reads/s`,
    `  ${`entries(prefix), 100 of ${show(ENTRIES)}`.padEnd(46)} ${show(listing)} ms`,
  ]
}

function row(name: string, values: readonly number[]): string {
  return `  ${name.padEnd(46)} p50 ${show(quantile(values, 0.5))} ms, p99 ${show(quantile(values, 0.99))} ms (n ${values.length})`
}

async function timed<T>(latencies: number[], run: () => Promise<T>): Promise<T> {
  const start = performance.now()
  const result = await run()
  latencies.push(performance.now() - start)
  return result
}

async function chain(memory: SharedMemory, key: string): Promise<number[]> {
  const latencies: number[] = []
  let version = 0
  for (let index = 0; index < SAMPLES; index++) {
    const outcome = await timed(latencies, () => memory.compareAndSet(key, index, version))
    verify(outcome.status === 'APPLIED', 'each write has seen the one before')
    version = outcome.version
  }
  return latencies
}

async function race(memories: readonly SharedMemory[]): Promise<number[]> {
  const latencies: number[] = []
  await Promise.all(
    memories.map(async (memory) => {
      for (let index = 0; index < UPDATES_EACH; index++)
        await timed(latencies, () => memory.update('raced', (now) => Number(now ?? 0) + 1))
    }),
  )
  const { value } = await memories[0]!.get('raced')
  verify(value?.value === RACERS * UPDATES_EACH, 'no update is lost')
  return latencies
}

async function read(
  memory: SharedMemory,
  emitter: ReturnType<ReturnType<typeof coordinate>['agent']>['emitter'],
): Promise<[readsPerSecond: number, listingMs: number]> {
  for (let made = 0; made < ENTRIES; made += 1000) {
    await emitter.emitAll(
      Array.from({ length: 1000 }, (_, index) => ({
        kind: 'memory_write' as const,
        namespace: 'n',
        key: `k${String(made + index).padStart(6, '0')}`,
        value: '{"x":1}',
      })),
    )
  }
  const { position } = await memory.set('last', 1)
  const start = performance.now()
  for (let index = 0; index < ENTRIES; index++) await memory.get('k000100')
  const reads = (ENTRIES * 1000) / (performance.now() - start)
  const latencies: number[] = []
  const { value } = await timed(latencies, () => memory.entries('k0001', { after: [position] }))
  verify(value.length === 100, 'the prefix is found')
  return [reads, latencies[0]!]
}
