import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createClient } from '@clickhouse/client'
import { createChdbConnection } from 'chdb/connection'
import { silentLogger, systemClock } from '@waggle/base'
import { createCodec, type Codec } from '@waggle/codec'
import { createRunner } from '@waggle/consume'
import { createEmitter } from '@waggle/emit'
import { PARTITIONS } from '@waggle/event'
import type { EventLog } from '@waggle/log'
import { openLmdbLog } from '@waggle/log/lmdb'
import { createLogRegistry } from '@waggle/registry'
import { createAnalyticsProjection, createTable } from '@waggle/view-analytics'
import { openChdbStore } from '@waggle/view-analytics/chdb'
import { interleaved, line, quantile, show, verify } from './measure.ts'

const EVENTS = 400_000
const ROUNDS = 3
const TOPIC = 'waggle.proposals.v1'

/** From the log into ClickHouse, exactly once and fsynced: spliced Avro against decoded JSON rows. */
export async function benchAnalytics(): Promise<string[]> {
  const folder = mkdtempSync(join(tmpdir(), 'waggle-bench-'))
  const clock = systemClock()
  const log = await openLmdbLog({ path: join(folder, 'log'), topics: PARTITIONS, clock })
  const codec = createCodec(createLogRegistry({ log }))
  await codec.register()
  const emitter = createEmitter({ log, codec, clock, swarm: 'bench', agent: 'a', session: 's' })
  for (let i = 0; i < EVENTS / 1000; i++) {
    await emitter.emitAll(
      Array.from(
        { length: 1000 },
        () =>
          ({ kind: 'vote', proposal: `p${i % 40}`, choice: 'approve', confidence: 0.5 }) as const,
      ),
    )
  }
  const store = await openChdbStore(join(folder, 'clickhouse'))
  const projection = createAnalyticsProjection(store)
  const spliced = async (): Promise<number> => {
    await projection.checkpoints()
    await projection.reset()
    const runner = createRunner({
      log,
      codec,
      clock,
      projection: { ...projection, topics: [TOPIC] },
      logger: silentLogger,
      batchRecords: 65_536,
    })
    const start = performance.now()
    await runner.start()
    await runner.caughtUp(120_000)
    const seconds = (performance.now() - start) / 1000
    await runner.stop()
    const [row] = await store.rows<{ n: string }>('SELECT count() AS n FROM votes')
    verify(row?.n === String(EVENTS), `all rows are in the table, got ${row?.n}`)
    return EVENTS / seconds
  }
  const client = createClient({
    connection: createChdbConnection({ path: join(folder, 'clickhouse/data') }),
  } as never)
  const json = async (): Promise<number> => {
    await client.command({ query: 'DROP TABLE IF EXISTS votes_json SYNC' })
    await client.command({ query: createTable('vote').replace('votes', 'votes_json') })
    const start = performance.now()
    await insertJson(log, codec, async (rows) => {
      await client.insert({ table: 'votes_json', format: 'JSONEachRow', values: rows })
    })
    const seconds = (performance.now() - start) / 1000
    const [row] = await store.rows<{ n: string }>('SELECT count() AS n FROM votes_json')
    verify(row?.n === String(EVENTS), `all rows are in the table, got ${row?.n}`)
    return EVENTS / seconds
  }
  const samples = await interleaved(ROUNDS, [
    { name: 'waggle: spliced Avro, exactly once', run: spliced },
    { name: 'decoded, JSONEachRow by @clickhouse/client', run: json },
  ])
  await store.close()
  await log.close()
  rmSync(folder, { recursive: true })
  const [ours, theirs] = [...samples.values()] as [number[], number[]]
  return [
    `LMDB log -> chdb, ${EVENTS} votes of 23 columns, parts fsynced`,
    ...[...samples].map(([name, values]) => line(name, values, 'rows/s')),
    `  ratio of medians ${show(quantile(ours, 0.5) / quantile(theirs, 0.5))}`,
  ]
}

async function insertJson(
  log: EventLog,
  codec: Codec,
  insert: (rows: object[]) => Promise<void>,
): Promise<void> {
  for (let partition = 0; partition < 4; partition++) {
    for (let offset = 0n; ;) {
      const records = await log.read({ topic: TOPIC, partition, offset }, 65_536)
      if (records.length === 0) break
      const rows = await Promise.all(
        records.map(async (record) => {
          const { kind: _kind, ...event } = await codec.decode(record.value)
          const at = (micros: number): string => (micros / 1e6).toFixed(6)
          return {
            ...event,
            occurred_at: at(event.occurred_at),
            known_at: at(event.known_at),
            _partition: record.partition,
            _offset: String(record.offset),
            _appended_at: at(record.appendedAt),
            _known_from: at(event.known_at),
            _late: false,
          }
        }),
      )
      await insert(rows)
      offset += BigInt(records.length)
    }
  }
}
