import { Consumer } from '@platformatic/kafka'
import { Kafka, logLevel } from 'kafkajs'
import { startKafka, type KafkaServer } from '@waggle-infra/native/kafka'
import { silentLogger, systemClock } from '@waggle/base'
import { createCodec, type Codec } from '@waggle/codec'
import { createRunner } from '@waggle/consume'
import { createEmitter } from '@waggle/emit'
import { PARTITIONS } from '@waggle/event'
import { partitionsOf, type EventLog } from '@waggle/log'
import { createLogRegistry } from '@waggle/registry'
import { createHotProjection } from '@waggle/view-hot'
import { connectionTo, DRIVERS, openTestLog } from '../support/kafka.ts'
import { interleaved, line, quantile, show, verify } from './measure.ts'

const EVENTS = 300_000
const CALL = 1000
const ROUNDS = 4
const TOPIC = 'waggle.decisions.v1'
let groups = 0

/** Reads decisions with each client, raw, as the log tails them, and into the hot view. */
export async function benchKafkaConsume(): Promise<string[]> {
  const kafka = await startKafka({ warm: true })
  if (kafka === undefined) return ['kafka-consume: no Kafka on this machine']
  const connection = connectionTo(kafka.broker, '', 30_000)
  const logs = []
  for (const openDriver of Object.values(DRIVERS)) {
    logs.push(await openTestLog({ connection, topics: PARTITIONS, openDriver }))
  }
  const [log, kafkajsLog] = logs
  const codec = createCodec(createLogRegistry({ log: log! }))
  await codec.register()
  await fill(log!, codec)
  const samples = await interleaved(ROUNDS, [
    { name: '@platformatic/kafka raw, its stream', run: () => streamRaw(kafka) },
    { name: 'kafkajs raw, eachBatch', run: () => eachBatchRaw(kafka) },
    { name: 'waggle tail over @platformatic/kafka', run: () => tail(log!) },
    { name: 'waggle tail over kafkajs', run: () => tail(kafkajsLog!) },
    { name: 'waggle into the hot view, @platformatic/kafka', run: () => project(log!, codec) },
    { name: 'waggle into the hot view, kafkajs', run: () => project(kafkajsLog!, codec) },
  ])
  for (const each of logs) await each.close()
  await kafka.dispose()
  const [stream, batch, , , projected] = [...samples.values()].map((all) => quantile(all, 0.5))
  return [
    `consume ${EVENTS} decisions of 4 partitions from the start (group join and connecting not counted)`,
    ...[...samples].map(([name, values]) => line(name, values, 'events/s')),
    `  into the hot view against @platformatic's stream ${show(projected! / stream!)}x, against kafkajs eachBatch ${show(projected! / batch!)}x`,
  ]
}

async function fill(log: EventLog, codec: Codec): Promise<void> {
  const emitters = Array.from({ length: 16 }, (_, index) =>
    createEmitter({
      log,
      codec,
      clock: systemClock(),
      swarm: 'bench',
      agent: `agent-${index}`,
      session: `session-${index}`,
    }),
  )
  const decision = {
    kind: 'decision',
    action: 'HOLD',
    context: '{"price":1320.28,"regime":"CALM"}',
    reasoning: 'below the 200-day average, MACD falling, RSI 41',
    confidence: 0.61,
    price: 1_320_280_000_000n,
  } as const
  for (let sent = 0; sent < EVENTS; sent += CALL) {
    const emitter = emitters[(sent / CALL) % emitters.length]!
    await emitter.emitAll(Array.from({ length: CALL }, () => decision))
  }
}

/** Events a second from the first one to the last. */
function meter(): { take(count: number): boolean; rate(): number } {
  let seen = 0
  let start = 0
  return {
    take: (count) => {
      if (seen === 0) start = performance.now()
      seen += count
      return seen >= EVENTS
    },
    rate: () => {
      verify(seen === EVENTS, `every event is read once, got ${seen}`)
      return EVENTS / ((performance.now() - start) / 1000)
    },
  }
}

async function streamRaw(kafka: KafkaServer): Promise<number> {
  const consumer = new Consumer({
    clientId: 'raw',
    bootstrapBrokers: [kafka.broker],
    groupId: `stream-${groups++}`,
  })
  const stream = await consumer.consume({
    topics: [TOPIC],
    mode: 'earliest',
    autocommit: false,
    maxWaitTime: 100,
    maxBytes: 16 * 1024 * 1024,
    highWaterMark: 8192,
  })
  const { take, rate } = meter()
  for await (const _message of stream) if (take(1)) break
  const result = rate()
  await consumer.close(true)
  return result
}

async function eachBatchRaw(kafka: KafkaServer): Promise<number> {
  const client = new Kafka({ brokers: [kafka.broker], clientId: 'raw', logLevel: logLevel.NOTHING })
  const consumer = client.consumer({
    groupId: `batch-${groups++}`,
    maxBytesPerPartition: 2 * 1024 * 1024,
    maxBytes: 16 * 1024 * 1024,
  })
  await consumer.connect()
  await consumer.subscribe({ topics: [TOPIC], fromBeginning: true })
  const { take, rate } = meter()
  const done = Promise.withResolvers<number>()
  await consumer.run({
    autoCommit: false,
    eachBatch: async ({ batch }) => {
      if (take(batch.messages.length)) done.resolve(rate())
    },
  })
  const result = await done.promise
  await consumer.disconnect()
  return result
}

async function tail(log: EventLog): Promise<number> {
  const abort = new AbortController()
  const from = partitionsOf(log, [TOPIC]).map((at) => ({ ...at, offset: 0n }))
  const { take, rate } = meter()
  for await (const { records } of log.tail(from, { signal: abort.signal, maxRecords: 8192 })) {
    if (take(records.length)) break
  }
  const result = rate()
  abort.abort()
  return result
}

async function project(log: EventLog, codec: Codec): Promise<number> {
  const projection = createHotProjection()
  const runner = createRunner({
    log,
    codec,
    clock: systemClock(),
    logger: silentLogger,
    projection: { ...projection, topics: [TOPIC] },
  })
  const start = performance.now()
  await runner.start()
  await runner.caughtUp(120_000)
  const seconds = (performance.now() - start) / 1000
  await runner.stop()
  const recent = projection.view.recentDecisions({ swarm: 'bench', run: null }, 10)
  verify(recent.length === 10, 'decisions are visible')
  return EVENTS / seconds
}
