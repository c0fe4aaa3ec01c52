import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { silentLogger, systemClock } from '@waggle/base'
import { createCodec, type Codec } from '@waggle/codec'
import { createPacedLog, createRunner } from '@waggle/consume'
import { createEmitter } from '@waggle/emit'
import { PARTITIONS } from '@waggle/event'
import type { EventLog } from '@waggle/log'
import { createLogRegistry, createRegistryServer } from '@waggle/registry'
import {
  columnsOf,
  createAnalyticsProjection,
  createTable,
  type AnalyticsStore,
} from '@waggle/view-analytics'
import { openChdbStore } from '@waggle/view-analytics/chdb'
import { startKafka } from '@waggle-infra/native/kafka'
import { connectionTo, openTestLog } from '../support/kafka.ts'
import { interleaved, line, quantile, show, verify } from './measure.ts'

const EVENTS = 400_000
const ROUNDS = 3
const TOPIC = 'waggle.proposals.v1'
let groups = 0

/** From Kafka into a table of chdb: our projection, exactly once, against the engine's own Kafka table. */
export async function benchKafkaClickHouse(): Promise<string[]> {
  const kafka = await startKafka({ warm: true })
  if (kafka === undefined) return ['kafka-clickhouse: no Kafka on this machine']
  const folder = mkdtempSync(join(tmpdir(), 'waggle-bench-'))
  const log = await openTestLog({
    connection: connectionTo(kafka.broker, '', 30_000),
    topics: PARTITIONS,
  })
  const registry = createLogRegistry({ log })
  const server = createRegistryServer(registry)
  await server.start()
  const codec = createCodec(registry)
  await codec.register()
  await fill(log, codec)
  const store = await openChdbStore(join(folder, 'clickhouse'))
  const samples = await interleaved(ROUNDS, [
    { name: 'waggle: admitted, exactly once, fsynced', run: () => project(log, codec, store) },
    {
      name: "chdb's Kafka engine, AvroConfluent, at least once",
      run: () => kafkaEngine(store, kafka.broker, server.url),
    },
  ])
  await store.close()
  await server.stop()
  await log.close()
  await kafka.dispose()
  rmSync(folder, { recursive: true })
  const [ours, theirs] = [...samples.values()].map((all) => quantile(all, 0.5))
  return [
    `${EVENTS} votes of 4 partitions from Kafka into a ReplacingMergeTree of chdb (first row to last for the engine, all for waggle)`,
    ...[...samples].map(([name, values]) => line(name, values, 'rows/s')),
    `  waggle against the engine                       ${show(ours! / theirs!)}x`,
  ]
}

async function fill(log: EventLog, codec: Codec): Promise<void> {
  const clock = systemClock()
  const emitter = createEmitter({ log, codec, clock, swarm: 'bench', agent: 'a', session: 's' })
  for (let sent = 0; sent < EVENTS; sent += 1000) {
    const vote = { kind: 'vote', choice: 'approve', confidence: 0.5 } as const
    await emitter.emitAll(
      Array.from({ length: 1000 }, (_, i) => ({ ...vote, proposal: `p${(sent + i) % 40}` })),
    )
  }
}

async function project(log: EventLog, codec: Codec, store: AnalyticsStore): Promise<number> {
  const projection = createAnalyticsProjection(store)
  await projection.checkpoints()
  await projection.reset()
  const paced = createPacedLog(log, systemClock(), 1)
  const runner = createRunner({
    log: paced.log,
    codec,
    clock: systemClock(),
    projection: { ...projection, topics: [TOPIC] },
    logger: silentLogger,
    batchRecords: 65_536,
  })
  const start = performance.now()
  await runner.start()
  await runner.caughtUp(120_000)
  const seconds = (performance.now() - start) / 1000
  await runner.stop()
  verify((await countOf(store, 'votes')) === EVENTS, 'all rows are in the table')
  return EVENTS / seconds
}

async function kafkaEngine(store: AnalyticsStore, broker: string, url: string): Promise<number> {
  const fields = columnsOf('vote').filter(({ name }) => !name.startsWith('_'))
  for (const name of ['votes_mv', 'votes_queue', 'votes_engine']) {
    await store.command(`DROP TABLE IF EXISTS ${name} SYNC`)
  }
  await store.command(createTable('vote').replace('votes', 'votes_engine'))
  await store.command(
    `CREATE TABLE votes_queue (${fields.map(({ name, type }) => `${name} ${type}`).join(', ')})
     ENGINE = Kafka SETTINGS kafka_broker_list = '${broker}', kafka_topic_list = '${TOPIC}',
     kafka_group_name = 'bench-${groups++}', kafka_format = 'AvroConfluent', kafka_num_consumers = 1,
     kafka_max_block_size = 65536, kafka_poll_max_batch_size = 65536, format_avro_schema_registry_url = '${url}'`,
  )
  const names = fields.map(({ name }) => name).join(', ')
  await store.command(
    `CREATE MATERIALIZED VIEW votes_mv TO votes_engine AS SELECT ${names}, _partition, _offset,
     toDateTime64(_timestamp_ms, 6, 'UTC') AS _appended_at, known_at AS _known_from, false AS _late FROM votes_queue`,
  )
  let start = 0
  let first = 0
  const deadline = performance.now() + 60_000
  for (let seen = 0; seen < EVENTS && performance.now() < deadline; await sleep(5)) {
    seen = await countOf(store, 'votes_engine')
    if (seen > 0 && start === 0) [start, first] = [performance.now(), seen]
  }
  const rate = (EVENTS - first) / ((performance.now() - start) / 1000)
  const seen = await countOf(store, 'votes_engine')
  for (const name of ['votes_mv', 'votes_queue']) {
    await store.command(`DROP TABLE IF EXISTS ${name} SYNC`)
  }
  verify(seen === EVENTS, `the engine's table has all rows, got ${seen}`)
  return rate
}

async function countOf(store: AnalyticsStore, table: string): Promise<number> {
  const [row] = await store.rows<{ n: string }>(`SELECT count() AS n FROM ${table}`)
  return Number(row?.n)
}
