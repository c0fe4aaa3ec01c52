import { Producer } from '@platformatic/kafka'
import { Kafka, logLevel, Partitioners } from 'kafkajs'
import { startKafka } from '@waggle-infra/native/kafka'
import type { AppendRecord } from '@waggle/log'
import { connectionTo, DRIVERS, openTestLog } from '../support/kafka.ts'
import { interleaved, line, quantile, show, verify } from './measure.ts'

const RECORDS = 200_000
const CALL = 1000
const IN_FLIGHT = 4
const PARTITIONS = 4
const ROUNDS = 5
const TOPIC = 'bench'

/** Produces with each client, raw and as the log uses it; the broker on the same machine. */
export async function benchKafkaProduce(): Promise<string[]> {
  const kafka = await startKafka({ warm: true })
  if (kafka === undefined) return ['kafka-produce: no Kafka on this machine']
  const connection = connectionTo(kafka.broker, '', 30_000)
  const topics = { [TOPIC]: PARTITIONS }
  const logs = await Promise.all(
    Object.values(DRIVERS).map((openDriver) => openTestLog({ connection, topics, openDriver })),
  )
  const [platformaticLog, kafkajsLog] = logs
  const value = Buffer.alloc(180, 7)
  const append = (log: (typeof logs)[number]) => () =>
    inCalls((call) =>
      log.append(
        call.map((index): AppendRecord => {
          return { topic: TOPIC, key: `swarm/agent-${index % 64}`, value }
        }),
      ),
    )
  const producer = new Producer({
    clientId: 'raw',
    bootstrapBrokers: [kafka.broker],
    idempotent: true,
    acks: -1,
  })
  const kafkajs = new Kafka({
    brokers: [kafka.broker],
    clientId: 'raw',
    logLevel: logLevel.NOTHING,
  }).producer({ idempotent: true, createPartitioner: Partitioners.DefaultPartitioner })
  await kafkajs.connect()
  const rivals = [
    { name: 'waggle log over @platformatic/kafka', run: append(platformaticLog!) },
    { name: 'waggle log over kafkajs', run: append(kafkajsLog!) },
    {
      name: '@platformatic/kafka raw',
      run: () =>
        inCalls((call) =>
          producer.send({
            messages: call.map((index) => {
              return { topic: TOPIC, key: Buffer.from(`swarm/agent-${index % 64}`), value }
            }),
          }),
        ),
    },
    {
      name: 'kafkajs raw',
      run: () =>
        inCalls((call) =>
          kafkajs.send({
            topic: TOPIC,
            acks: -1,
            messages: call.map((index) => ({ key: `swarm/agent-${index % 64}`, value })),
          }),
        ),
    },
  ]
  await interleaved(1, rivals)
  const before = await totalOf(platformaticLog!)
  const samples = await interleaved(ROUNDS, rivals)
  const sent = (await totalOf(platformaticLog!)) - before
  verify(sent === RECORDS * ROUNDS * 4, `every record is in the topic once, got ${sent}`)
  await producer.close()
  await kafkajs.disconnect()
  for (const log of logs) await log.close()
  await kafka.dispose()
  const median = (name: string): number => quantile(samples.get(name)!, 0.5)
  const best = Math.max(median('@platformatic/kafka raw'), median('kafkajs raw'))
  const ratio = median('waggle log over @platformatic/kafka') / best
  return [
    `produce ${RECORDS} records of 180 bytes, ${CALL} a call, ${IN_FLIGHT} calls in flight, idempotent, acks=all (one broker, page cache); after a round to warm up`,
    ...[...samples].map(([name, values]) => line(name, values, 'records/s')),
    `  waggle against the best raw client              ${show(ratio)}x`,
  ]
}

async function totalOf(log: Awaited<ReturnType<typeof openTestLog>>): Promise<number> {
  const partitions = Array.from({ length: PARTITIONS }, (_, partition) => ({
    topic: TOPIC,
    partition,
  }))
  const ends = await log.ends(partitions)
  return ends.reduce((total, { offset }) => total + Number(offset), 0)
}

/** All records in calls, some of them under way at once; records a second. */
async function inCalls(send: (call: readonly number[]) => Promise<unknown>): Promise<number> {
  const start = performance.now()
  let next = 0
  const worker = async (): Promise<void> => {
    while (next < RECORDS) {
      const from = next
      next += CALL
      await send(Array.from({ length: CALL }, (_, index) => from + index))
    }
  }
  await Promise.all(Array.from({ length: IN_FLIGHT }, worker))
  return RECORDS / ((performance.now() - start) / 1000)
}
