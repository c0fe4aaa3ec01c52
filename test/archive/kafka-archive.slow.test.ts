import { afterAll, describe, expect, it } from 'vitest'
import { Archive, openArchivedLog, openLocalStore, runArchive, trimArchived } from '@waggle/archive'
import { createCodec } from '@waggle/codec'
import { systemClock } from '@waggle/base'
import { createEmitter } from '@waggle/emit'
import { createLogRegistry } from '@waggle/registry'
import { everything, plain, temporaryFolder, type PlainRecord } from '../support/archive-scene.ts'
import { connectionTo, DRIVERS, openTestLog, resolveKafka } from '../support/kafka.ts'

const kafka = await resolveKafka()
afterAll(() => kafka?.dispose())
const TOPICS = { 'waggle.proposals.v1': 2, 'waggle.schemas.v1': 1 }
const DAY = 86_400_000_000

describe.skipIf(kafka === undefined).each(Object.entries(DRIVERS))(
  'Kafka through %s',
  (_name, openDriver) => {
    it('lets go of what is archived; both are read as one', { timeout: 120_000 }, async () => {
      const connection = connectionTo(kafka!.broker)
      const log = await openTestLog({ connection, openDriver, topics: TOPICS })
      try {
        const clock = systemClock()
        const codec = createCodec(createLogRegistry({ log }))
        await codec.register()
        const emitter = createEmitter({ log, codec, clock, swarm: 's', agent: 'a', session: 'x' })
        for (let i = 0; i < 40; i++)
          await emitter.emit({ kind: 'vote', proposal: `p${i}`, choice: 'c', confidence: 0 })
        const before = await everything(log, 1000)
        const archive = await Archive.open(openLocalStore(await temporaryFolder()))
        const tomorrow = clock.now() + 2 * DAY
        const { problems } = await runArchive({ log, codec, archive, before: tomorrow })
        expect(problems).toEqual([])
        const starts = await trimArchived(log, archive)
        expect(starts.every(({ offset }) => offset > 0n)).toBe(true)
        await expect(log.read({ ...starts[0]!, offset: 0n }, 1)).rejects.toMatchObject({
          code: 'OFFSET_OUT_OF_RANGE',
        })
        const topic = 'waggle.proposals.v1'
        await log.append([{ topic, key: 'after', value: Buffer.from('after') }])
        const joined = openArchivedLog(log, archive)
        const all = await everything(joined, 7)
        expect(all).toHaveLength(before.length + 1)
        expect(all).toEqual(expect.arrayContaining(before))

        const seen: PlainRecord[] = []
        const stop = new AbortController()
        const from = [0, 1].map((partition) => ({ topic, partition, offset: 0n }))
        const options = { signal: stop.signal, maxRecords: 5 }
        for await (const { records } of joined.tail(from, options)) {
          seen.push(...records.map(plain))
          if (seen.length >= 41) stop.abort()
        }
        expect(seen).toHaveLength(41)
        expect(all).toEqual(expect.arrayContaining(seen))
      } finally {
        await log.close()
      }
    })
  },
)
