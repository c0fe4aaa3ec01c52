import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { silentLogger, systemClock } from '@waggle/base'
import { createCodec } from '@waggle/codec'
import { createRunner } from '@waggle/consume'
import { createEmitter } from '@waggle/emit'
import { PARTITIONS, type WaggleEvent } from '@waggle/event'
import { openLmdbLog } from '@waggle/log/lmdb'
import { createLogRegistry } from '@waggle/registry'
import { createTrajectoryProjection, replayBatches } from '@waggle/replay'
import { openLmdbIndexStore } from '@waggle/replay/lmdb'
import { startKafka, type KafkaServer } from '@waggle-infra/native/kafka'
import { Kafka, logLevel } from 'kafkajs'
import { connectionTo, openTestLog } from '../support/kafka.ts'
import { interleaved, line, quantile, show, verify } from './measure.ts'

const EVENTS = 200_000
const CALL = 1000
const ROUNDS = 3
const TOPIC = 'waggle.proposals.v1'
const VOTE = { kind: 'vote', choice: 'approve', confidence: 0.5 } as const
let groups = 0

/**
 * What reading back a history costs the usual way, kafkajs with eachMessage and JSON, and by replay of the embedded
 * log: the same votes, decoded whole; replay gives them in the order they became known as well.
 */
export async function benchReplayKafka(): Promise<string[]> {
  const kafka = await startKafka({ warm: true })
  if (kafka === undefined) return ['replay-kafka: no Kafka on this machine']
  const folder = mkdtempSync(join(tmpdir(), 'waggle-bench-'))
  const clock = systemClock()
  const log = await openLmdbLog({ path: join(folder, 'log'), topics: PARTITIONS, clock })
  const codec = createCodec(createLogRegistry({ log }))
  await codec.register()
  const emitter = createEmitter({ log, codec, clock, swarm: 'bench', agent: 'a', session: 's' })
  const topics = { [TOPIC]: 4 }
  const json = await openTestLog({ connection: connectionTo(kafka.broker, '', 30_000), topics })
  for (let i = 0; i < EVENTS / CALL; i++) {
    const votes = Array.from({ length: CALL }, () => ({ ...VOTE, proposal: `p${i % 40}` }))
    const emitted = await emitter.emitAll(votes)
    await json.append(emitted.map(({ event }) => asJson(event)))
  }
  await json.close()
  const store = openLmdbIndexStore(join(folder, 'index'))
  const projection = createTrajectoryProjection({ store, log })
  const runner = createRunner({ log, codec, clock, projection, logger: silentLogger })
  await runner.start()
  await runner.caughtUp(600_000)
  await runner.stop()
  const replayed = async (): Promise<number> => {
    const start = performance.now()
    let events = 0
    const source = { log, codec, swarm: 'bench', run: null, judgments: projection.index }
    for await (const batch of replayBatches(source))
      events += batch.filter(({ event }) => event.kind === 'vote').length
    verify(events === EVENTS, `all events are replayed, got ${events}`)
    return (EVENTS / (performance.now() - start)) * 1000
  }
  const samples = await interleaved(ROUNDS, [
    { name: 'waggle replay of the embedded log, decoded', run: replayed },
    { name: 'kafkajs eachMessage + JSON.parse', run: () => eachMessage(kafka) },
  ])
  await store.close()
  await log.close()
  await kafka.dispose()
  rmSync(folder, { recursive: true })
  const [ours, theirs] = [...samples.values()].map((all) => quantile(all, 0.5))
  return [
    `reading ${EVENTS} votes back, warm (group join and connecting not counted)`,
    ...[...samples].map(([name, values]) => line(name, values, 'events/s')),
    `  ${show(ours! / theirs!)}x`,
  ]
}

function asJson(event: WaggleEvent): { topic: string; key: string; value: Buffer } {
  const key = `bench/${event.kind === 'vote' ? event.proposal : ''}`
  return { topic: TOPIC, key, value: Buffer.from(JSON.stringify(event)) }
}

/** Events a second from the first one to the last. */
async function eachMessage({ broker }: KafkaServer): Promise<number> {
  const kafka = new Kafka({ brokers: [broker], logLevel: logLevel.NOTHING })
  const consumer = kafka.consumer({ groupId: `replay-${groups++}` })
  await consumer.connect()
  await consumer.subscribe({ topic: TOPIC, fromBeginning: true })
  const { promise, resolve } = Promise.withResolvers<number>()
  let events = 0
  let start = 0
  await consumer.run({
    eachMessage: async ({ message }) => {
      if (events === 0) start = performance.now()
      const event = JSON.parse(message.value!.toString()) as { kind: string }
      if (event.kind === 'vote' && ++events === EVENTS)
        resolve((EVENTS / (performance.now() - start)) * 1000)
    },
  })
  const rate = await promise
  await consumer.disconnect()
  return rate
}
