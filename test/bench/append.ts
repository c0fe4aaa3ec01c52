import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { systemClock } from '@waggle/base'
import { openLmdbLog } from '@waggle/log/lmdb'
import { interleaved, line, quantile, show, verify } from './measure.ts'

const BATCH = 1000
const BATCHES = 100
const ROUNDS = 5

/** Durable appends of 100-byte events in batches of 1,000, fsynced before the acknowledgment. */
export async function benchAppend(): Promise<string[]> {
  const rivals = [{ name: 'waggle LMDB log', run: waggle }]
  const emmett = await loadEmmett()
  if (emmett !== undefined)
    rivals.push({ name: 'emmett-sqlite (synchronous=FULL)', run: () => emmettRun(emmett) })
  const samples = await interleaved(ROUNDS, rivals)
  const [ours, theirs] = [...samples.values()]
  const ratio =
    theirs === undefined
      ? []
      : [`  ratio of medians ${show(quantile(ours!, 0.5) / quantile(theirs, 0.5))}`]
  return [
    `append: 100-byte events, batches of ${BATCH}, durable (fsync before acknowledgment)`,
    ...[...samples].map(([name, values]) => line(name, values, 'events/s')),
    ...(emmett === undefined
      ? ['  emmett-sqlite: not installed; set WAGGLE_BENCH_PEERS to a folder that has it']
      : ratio),
  ]
}

async function waggle(): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'waggle-bench-'))
  const log = await openLmdbLog({ path: folder, topics: { t: 1 }, clock: systemClock() })
  const value = Buffer.alloc(100, 1)
  const batches = Array.from({ length: BATCHES }, (_, batch) =>
    Array.from({ length: BATCH }, (_unused, index) => ({
      topic: 't',
      key: 'swarm/agent',
      value,
      producer: { session: 's', seq: batch * BATCH + index + 1 },
    })),
  )
  const start = performance.now()
  for (const batch of batches) await log.append(batch)
  const seconds = (performance.now() - start) / 1000
  const [end] = await log.ends([{ topic: 't', partition: 0 }])
  verify(end!.offset === BigInt(BATCH * BATCHES), 'all events are in the log')
  await log.close()
  rmSync(folder, { recursive: true })
  return (BATCH * BATCHES) / seconds
}

interface Emmett {
  getSQLiteEventStore(options: object): {
    appendToStream(stream: string, events: object[]): Promise<unknown>
    readStream(stream: string): Promise<{ events: unknown[] }>
  }
  sqliteConnection(options: object): { command(sql: string): Promise<unknown>; close(): void }
}

/** The peer needs a native build, so it is not a dependency: it is used where a folder has it. */
async function loadEmmett(): Promise<Emmett | undefined> {
  const folder = process.env['WAGGLE_BENCH_PEERS']
  if (folder === undefined) return undefined
  const path = createRequire(join(folder, 'package.json')).resolve('@event-driven-io/emmett-sqlite')
  return (await import(pathToFileURL(path).href)) as Emmett
}

const EMMETT_BATCHES = 10

async function emmettRun(emmett: Emmett): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'waggle-bench-'))
  const fileName = join(folder, 'events.db')
  // WAL is set before the first transaction: the store would set it within one and fail. FULL is the default.
  const connection = emmett.sqliteConnection({ fileName })
  await connection.command('CREATE TABLE warm_up (x)')
  connection.close()
  const store = emmett.getSQLiteEventStore({
    fileName,
    schema: { autoMigration: 'CreateOrUpdate' },
  })
  const batches = Array.from({ length: EMMETT_BATCHES }, () =>
    Array.from({ length: BATCH }, () => ({
      type: 'E',
      data: { value: 'x'.repeat(60), id: randomUUID() },
    })),
  )
  await store.appendToStream('warm-up', batches[0]!)
  const start = performance.now()
  for (const batch of batches) await store.appendToStream('stream', batch)
  const seconds = (performance.now() - start) / 1000
  verify(
    (await store.readStream('stream')).events.length === BATCH * EMMETT_BATCHES,
    'all events are in the store',
  )
  rmSync(folder, { recursive: true })
  return (BATCH * EMMETT_BATCHES) / seconds
}
