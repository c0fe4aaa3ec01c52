import { Admin } from '@platformatic/kafka'
import { afterAll, describe, expect, it } from 'vitest'
import { systemClock, silentLogger } from '@waggle/base'
import { createEmitter } from '@waggle/emit'
import { PARTITIONS } from '@waggle/event'
import { createCodec } from '@waggle/codec'
import { createLogRegistry } from '@waggle/registry'
import { ensureTopics, type TopicSpec } from '@waggle/log/kafka'
import { findSequenceGaps } from '@waggle/replay'
import { parseTopicsFile } from '@waggle/service'
import { readFileSync } from 'node:fs'
import { connectionTo, DRIVERS, openTestLog, resolveKafka } from '../support/kafka.ts'

const kafka = await resolveKafka()
afterAll(() => kafka?.dispose())

const spec = (more: Partial<TopicSpec> = {}): TopicSpec => ({
  name: 'a',
  partitions: 2,
  settings: { 'retention.ms': '-1' },
  ...more,
})
const CREATE = { create: true, replicas: 1, clock: systemClock() }

describe.skipIf(kafka === undefined)('topics of a cluster', () => {
  it('are made as infra/kafka/topics.json says, by however many start at once', async () => {
    const connection = connectionTo(kafka!.broker)
    const { specs } = parseTopicsFile(readFileSync('infra/kafka/topics.json', 'utf8'))
    await Promise.all([1, 2, 3].map(() => ensureTopics(connection, specs, CREATE)))
    await ensureTopics(connection, specs, { ...CREATE, create: false })
  })

  it('stop the start with every difference when they are others', async () => {
    const connection = connectionTo(kafka!.broker)
    await ensureTopics(connection, [spec()], CREATE)
    const wanted = spec({ partitions: 3, settings: { 'retention.ms': '1000' } })
    await expect(ensureTopics(connection, [wanted], CREATE)).rejects.toMatchObject({
      code: 'TOPIC_CONFLICT',
      message: expect.stringMatching(/has 2 partitions, not 3.*retention\.ms=-1, not 1000/),
    })
    const missing = ensureTopics(connection, [spec({ name: 'b' })], { ...CREATE, create: false })
    await expect(missing).rejects.toMatchObject({ code: 'TOPIC_UNKNOWN' })
  })

  it.each(Object.entries(DRIVERS))(
    'tell of records that retention deleted, through %s',
    async (_name, openDriver) => {
      const connection = connectionTo(kafka!.broker)
      const log = await openTestLog({ connection, openDriver, topics: { a: 1 } })
      const record = { topic: 'a', key: 'k', value: Buffer.from('v') }
      await log.append([record, record, record])
      const admin = new Admin({ clientId: 'retention', bootstrapBrokers: [kafka!.broker] })
      const name = `${connection.topicPrefix}a`
      await admin.deleteRecords({
        topics: [{ name, partitions: [{ partition: 0, offset: 2n }] }],
      })
      await admin.close()
      const at = { topic: 'a', partition: 0 }
      await expect(log.read({ ...at, offset: 0n }, 10)).rejects.toMatchObject({
        code: 'OFFSET_OUT_OF_RANGE',
        message: expect.stringContaining('is before the start 2'),
      })
      expect(await log.read({ ...at, offset: 2n }, 10)).toHaveLength(1)
      const tail = log.tail([{ ...at, offset: 0n }], {
        signal: new AbortController().signal,
        maxRecords: 10,
      })
      await expect(tail[Symbol.asyncIterator]().next()).rejects.toMatchObject({
        code: 'OFFSET_OUT_OF_RANGE',
      })
      await log.close()
    },
  )

  it('show what a producer numbered and the log does not have', async () => {
    const clock = systemClock()
    const log = await openTestLog({
      connection: connectionTo(kafka!.broker),
      topics: PARTITIONS,
      logger: silentLogger,
    })
    const codec = createCodec(createLogRegistry({ log }))
    await codec.register()
    const scope = { log, codec, clock, swarm: 's', agent: 'a' }
    const note = { kind: 'observation', domain: 'd', source: 's', content: 'c' } as const
    const state = { kind: 'agent_state', type: 'CURRENT', version: 1, state: '{}' } as const
    const whole = createEmitter({ ...scope, session: 'whole' })
    await whole.emitAll([note, state, note])
    const holed = { ...scope, session: 'holed' }
    await createEmitter(holed).emit(note)
    await createEmitter({ ...holed, lastSeq: 3 }).emitAll([state, note])
    expect(await findSequenceGaps({ log, codec })).toEqual([
      { swarm: 's', agent: 'a', session: 'holed', missing: [{ from: 2, to: 3 }] },
    ])
    await log.close()
  })
})
