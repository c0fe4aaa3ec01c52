import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createClient } from '@clickhouse/client'
import { manualClock } from '@waggle/base'
import { createCodec } from '@waggle/codec'
import { readAdmitted, type AdmittedRecord } from '@waggle/consume'
import { createEmitter } from '@waggle/emit'
import { PARTITIONS } from '@waggle/event'
import { createMemoryLog } from '@waggle/log/memory'
import { createLogRegistry } from '@waggle/registry'
import {
  createTable,
  insertOf,
  migrate,
  planInserts,
  type AnalyticsStore,
} from '@waggle/view-analytics'
import { openChdbStore } from '@waggle/view-analytics/chdb'
import { openHttpStore } from '@waggle/view-analytics/clickhouse'
import { CLICKHOUSE_USERS, startClickHouse } from '@waggle-infra/native/clickhouse'
import { interleaved, line, quantile, show, verify } from './measure.ts'

const EVENTS = 400_000
const BATCH = 50_000
const ROUNDS = 5
const AT = { topic: 'waggle.proposals.v1', partition: 0 }

/** The same admitted records, in memory, into a table of votes: fsynced parts, one insert for each batch. */
export async function benchClickHouseHttp(): Promise<string[]> {
  const batches = await admittedVotes()
  const folder = mkdtempSync(join(tmpdir(), 'waggle-bench-'))
  const server = await startClickHouse()
  const [{ name: username, password }] = CLICKHOUSE_USERS as [(typeof CLICKHOUSE_USERS)[number]]
  const chdb = await openChdbStore(folder)
  const http = openHttpStore({ url: server.url, username, password })
  const client = createClient({ url: server.url, username, password })
  for (const store of [chdb, http]) await migrate(store)

  const timed = async (store: AnalyticsStore, insertAll: () => Promise<void>): Promise<number> => {
    await store.command('DROP TABLE IF EXISTS votes SYNC')
    await store.command(createTable('vote'))
    const start = performance.now()
    await insertAll()
    const seconds = (performance.now() - start) / 1000
    const [row] = await store.rows<{ n: string }>('SELECT count() AS n FROM votes')
    verify(row?.n === String(EVENTS), `all rows are in the table, got ${row?.n}`)
    return EVENTS / seconds
  }
  const avro = (store: AnalyticsStore) => () =>
    timed(store, async () => {
      for (const batch of batches)
        for (const plan of planInserts(batch)) await store.insertAvro(insertOf(plan, AT))
    })
  const json = (): Promise<number> =>
    timed(http, async () => {
      for (const batch of batches) {
        const values = batch.map((event) => jsonRow(event))
        await client.insert({ table: 'votes', format: 'JSONEachRow', values })
      }
    })
  const samples = await interleaved(ROUNDS, [
    { name: 'spliced Avro, chdb in this process', run: avro(chdb) },
    { name: 'spliced Avro over HTTP, chdb behind the facade', run: avro(http) },
    { name: 'decoded, JSONEachRow over HTTP, the same', run: json },
  ])
  await client.close()
  await http.close()
  await chdb.close()
  await server.stop()
  for (const path of [folder, server.folder]) rmSync(path, { recursive: true })
  const [direct, overHttp, decoded] = [...samples.values()].map((values) => quantile(values, 0.5))
  return [
    `admitted records -> ClickHouse, ${EVENTS} votes of 23 columns, batches of ${BATCH}, parts fsynced`,
    ...[...samples].map(([name, values]) => line(name, values, 'rows/s')),
    `  HTTP / direct ${show(overHttp! / direct!)}, HTTP Avro / HTTP JSON ${show(overHttp! / decoded!)}`,
  ]
}

async function admittedVotes(): Promise<AdmittedRecord[][]> {
  const clock = manualClock(Date.UTC(2026, 0, 1) * 1000)
  const log = createMemoryLog({ topics: { ...PARTITIONS, [AT.topic]: 1 }, clock })
  const codec = createCodec(createLogRegistry({ log }))
  await codec.register()
  const emitter = createEmitter({ log, codec, clock, swarm: 'bench', agent: 'a', session: 's' })
  for (let i = 0; i < EVENTS / 1000; i++) {
    await emitter.emitAll(
      Array.from(
        { length: 1000 },
        (_, n) =>
          ({
            kind: 'vote',
            proposal: `p${i % 40}`,
            choice: 'approve',
            confidence: n / 1000,
            reasoning: `because of ${n}`,
          }) as const,
      ),
    )
  }
  const [end] = await log.ends([AT])
  const batches: AdmittedRecord[][] = []
  for await (const batch of readAdmitted({ log, codec, batchRecords: BATCH }, end!))
    batches.push([...batch])
  return batches
}

function jsonRow({ record, writer, knownFrom, late }: AdmittedRecord): object {
  const { kind: _kind, ...event } = writer.decode(record.value)
  const at = (micros: number): string => (micros / 1e6).toFixed(6)
  return {
    ...event,
    occurred_at: at(event.occurred_at),
    known_at: at(event.known_at),
    _partition: record.partition,
    _offset: String(record.offset),
    _appended_at: at(record.appendedAt),
    _known_from: at(knownFrom),
    _late: late,
  }
}
