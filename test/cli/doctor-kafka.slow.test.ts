import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { silentLogger, systemClock, type Clock } from '@waggle/base'
import { ensureTopics, openKafkaLog, openPlatformaticDriver } from '@waggle/log/kafka'
import { parseTopicsFile } from '@waggle/service'
import { afterAll, describe, expect, it } from 'vitest'
import { connectionTo, openTestLog, resolveKafka } from '../support/kafka.ts'
import { waggle } from '../support/waggle-cli.ts'

const TOPICS = fileURLToPath(new URL('../../infra/kafka/topics.json', import.meta.url))
const TIMEOUT_MS = 120_000
const HOUR = 3_600_000_000

const kafka = await resolveKafka()
afterAll(() => kafka?.dispose())

interface Checked {
  readonly name: string
  readonly ok: boolean
  readonly found: string
  readonly fix: string
}

/** What the doctor says of Kafka's topics with this prefix. */
async function topicsTold(prefix: string, clock: Clock = systemClock()): Promise<Checked> {
  const environment = {
    PATH: process.env['PATH'],
    WAGGLE_KAFKA_BROKERS: kafka!.broker,
    WAGGLE_KAFKA_TOPICS: TOPICS,
    WAGGLE_KAFKA_TOPIC_PREFIX: prefix,
    WAGGLE_REDIS_NODES: '127.0.0.1:1',
  }
  const { out } = await waggle(['doctor', '--json', '--port', '1'], { environment, clock })
  const { checks } = JSON.parse(out) as { checks: readonly Checked[] }
  expect(checks.find(({ name }) => name === `Kafka ${kafka!.broker}`)).toMatchObject({ ok: true })
  return checks.find(({ name }) => name === 'Kafka’s topics')!
}

describe.skipIf(kafka === undefined)('doctor at a real Kafka', () => {
  it(
    'finds no topics, and then topics that are not as they have to be',
    async () => {
      const prefix = `${randomUUID().slice(0, 8)}.`
      expect(await topicsTold(prefix)).toMatchObject({
        ok: true,
        found: expect.stringContaining('none yet'),
      })
      const connection = connectionTo(kafka!.broker, prefix)
      await (await openTestLog({ connection, topics: { 'waggle.bars.v1': 1 } })).close()
      expect(await topicsTold(prefix)).toMatchObject({
        ok: false,
        found: expect.stringContaining('waggle.bars.v1'),
        fix: expect.stringContaining('WAGGLE_KAFKA_TOPIC_PREFIX'),
      })
    },
    TIMEOUT_MS,
  )

  it(
    'finds a clock that is ahead of this machine’s by the last record',
    async () => {
      const connection = connectionTo(kafka!.broker)
      const { specs, partitions, recordBytesMax } = parseTopicsFile(readFileSync(TOPICS, 'utf8'))
      const clock = systemClock()
      await ensureTopics(connection, specs, { create: true, replicas: 1, clock })
      const log = openKafkaLog({
        connection,
        openDriver: openPlatformaticDriver,
        topics: partitions,
        recordBytesMax,
        clock,
        logger: silentLogger,
      })
      const value = Buffer.from('x')
      await log.append([{ topic: 'waggle.bars.v1', key: 'k', value, headers: {} }])
      await log.close()
      const { topicPrefix } = connection
      expect(await topicsTold(topicPrefix)).toMatchObject({ ok: true })
      const behind = { ...clock, now: () => clock.now() - HOUR }
      expect(await topicsTold(topicPrefix, behind)).toMatchObject({
        ok: false,
        found: expect.stringMatching(/3[56]\d\d s ahead of this machine/),
        fix: expect.stringContaining('NTP'),
      })
    },
    TIMEOUT_MS,
  )
})
