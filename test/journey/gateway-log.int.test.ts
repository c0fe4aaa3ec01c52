import { silentLogger, systemClock } from '@waggle/base'
import { openEmbeddedBus } from '@waggle-services/embedded'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openGateway, type OpenGateway } from '../support/gateway.ts'

const KINDS = ['observation', 'decision'] as const

describe.each(['on', 'off'] as const)(
  'the log, with the trajectory index %s',
  (trajectoryIndex) => {
    let gateway: OpenGateway

    const emit = (swarm: string, body: { kind: string; agent: string; [field: string]: unknown }) =>
      gateway.client.call('emit', { swarm, body })

    /** Every page, in the order in which it is asked for. */
    const pages = async (query: object, token = 'test-token') => {
      const found: string[] = []
      let from: string | undefined
      for (let page = 0; page < 100; page++) {
        const { data } = await gateway
          .clientOf(token)
          .call('log', { swarm: 'desk', ...query, ...(from === undefined ? {} : { from }) })
        found.push(...data.records.map(({ position }) => position))
        if (data.next === null) return found
        from = data.next
      }
      throw new Error('The pages do not end')
    }

    beforeAll(async () => {
      const clock = systemClock()
      const bus = await openEmbeddedBus(
        { log: 'memory', dataDir: 'unused', analytics: 'off', bank: 'on', trajectoryIndex },
        { clock, logger: silentLogger },
      )
      gateway = await openGateway({
        bus,
        grants: [
          { name: 'desk-only', swarms: ['desk'], verbs: ['read'] },
          { name: 'operator', swarms: ['desk'], verbs: ['read', 'operate'] },
        ],
      })
      for (const swarm of ['desk', 'hive']) {
        for (const agent of ['ada', 'bob'])
          await emit(swarm, { kind: 'agent', agent, op: 'JOINED', role: 'hunter', weight: 1 })
        await bus.caughtUp(10_000)
        for (let index = 0; index < 40; index++)
          await emit(swarm, {
            kind: KINDS[index % 2]!,
            agent: index % 3 === 0 ? 'bob' : 'ada',
            trajectory: `line-${index % 5}`,
            ...(index % 2 === 0
              ? { domain: 'd', source: 's', content: String(index) }
              : { action: 'A', context: '', reasoning: '', confidence: 0.5 }),
          })
      }
      const one = (
        await bus.log.read({ topic: 'waggle.agents.v1', partition: 0, offset: 0n }, 1)
      )[0]!
      await bus.log.append([
        { topic: 'waggle.signals.v1', key: 'desk/ada', value: Buffer.from('no frame at all') },
        // Said before, by another producer's word: it stands in the log, and counts for nothing.
        { topic: one.topic, key: one.key, value: one.value },
        { topic: 'waggle.votes.v1'.replace('votes', 'fills'), key: one.key, value: one.value },
      ])
      await bus.caughtUp(10_000)
    })
    afterAll(async () => {
      await gateway.stop()
      await gateway.bus.stop()
    })

    test('pages forwards and backwards hold the same records, each once', async () => {
      const all = await pages({ limit: 1000 })
      expect(new Set(all).size).toBe(all.length)
      expect(await pages({ limit: 7 })).toEqual(all)
      const backwards = await pages({ limit: 7, newest: 'true' })
      expect(backwards.toReversed()).toEqual(all)
    })

    test.each([
      { agent: 'bob' },
      { kind: 'decision' },
      { trajectory: 'line-3' },
      { agent: 'ada', trajectory: 'line-1', kind: 'observation' },
      { topic: 'waggle.observations.v1', partition: 2 },
      { run: 'nowhere' },
    ])('what is chosen by %j is chosen of all, both ways', async (filter) => {
      const { data } = await gateway.client.call('log', { swarm: 'desk', limit: 1000 })
      const wanted = data.records
        .filter(({ known, position }) => {
          const [topic, place] = position.split('/')
          const fields: Record<string, unknown> = {
            ...known?.event,
            topic,
            partition: Number(place!.split('@')[0]),
          }
          const isEvent = known !== null || 'topic' in filter
          return isEvent && Object.entries(filter).every(([name, value]) => fields[name] === value)
        })
        .map(({ position }) => position)
      expect(await pages({ ...filter, limit: 3 })).toEqual(wanted)
      expect((await pages({ ...filter, limit: 3, newest: 'true' })).toReversed()).toEqual(wanted)
    })

    test('a record that counts for nothing says why', async () => {
      const { data } = await gateway.client.call('log', { swarm: 'desk', newest: 'true', limit: 3 })
      expect(new Set(data.records.map(({ refused }) => refused?.code))).toEqual(
        new Set(['FRAME_INVALID', 'SEQ_DUPLICATE', 'TOPIC_MISMATCH']),
      )
      const unread = data.records.find(({ refused }) => refused?.code === 'FRAME_INVALID')!
      expect(unread).toMatchObject({ known: null, schema_id: null })
      expect(Buffer.from(unread.head!, 'hex').toString()).toBe('no frame at all')
      const of = await gateway.client.call('log', { swarm: 'desk', newest: 'true', agent: 'ada' })
      expect(of.data.records.map(({ refused }) => refused?.code)).toContain('SEQ_DUPLICATE')
    })

    test('what nobody can read is for those who run the bus, and foreign swarms are for none', async () => {
      const all = await pages({ limit: 1000 }, 'operator')
      const own = await pages({ limit: 1000 }, 'desk-only')
      expect(all.length - own.length).toBe(1)
      const { data } = await gateway
        .clientOf('operator')
        .call('log', { swarm: 'desk', limit: 1000 })
      const swarms = data.records.flatMap(({ known }) => known?.event.swarm ?? [])
      expect(new Set(swarms)).toEqual(new Set(['desk']))
      await expect(
        gateway.clientOf('operator').call('log', { swarm: 'hive' }),
      ).rejects.toMatchObject({ problem: { status: 403 } })
    })

    test('from a time on', async () => {
      const { data } = await gateway.client.call('log', { swarm: 'desk', limit: 1000 })
      const middle = data.records[30]!
      const since = String(middle.append_time)
      const wanted = data.records
        .filter(({ append_time }) => append_time >= middle.append_time)
        .map(({ position }) => position)
      expect(await pages({ since, limit: 5 })).toEqual(wanted)
      expect((await pages({ since, limit: 5, newest: 'true' })).toReversed()).toEqual(wanted)
    })
  },
)
