import fc from 'fast-check'
import { expect, it } from 'vitest'
import { emptyAdmission, judgeBatch } from '@waggle/consume'
import { AdmissionIndex } from '@waggle/coordinate'
import { memoryBus, START } from '../support/memory-bus.ts'

const AT = { topic: 'waggle.messages.v1', partition: 0 }

const step = fc.record({
  agent: fc.constantFrom('a', 'b'),
  run: fc.constantFrom(null, 'r'),
  claimed: fc.integer({ min: -1000, max: 1000 }),
  again: fc.boolean(),
})

it('who starts to read in the middle admits what who read from the start does', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { minLength: 1, maxLength: 20 }),
      fc.array(fc.nat(25), { minLength: 1, maxLength: 10 }),
      async (steps, asked) => {
        const bus = await memoryBus()
        for (const [index, { agent, run, claimed, again }] of steps.entries()) {
          const emitter = bus.emitter(agent, { run, session: agent, lastSeq: index })
          const known_at = START + claimed
          const { position } = await emitter.emit({
            kind: 'message',
            channel: 'x',
            body: '',
            known_at,
          })
          const [record] = await bus.log.read(position, 1)
          // A log that does not recognise repeats, or where records lie in any partition.
          const copies = Array.from({ length: again ? 2 : 1 }, () => ({
            ...AT,
            key: '',
            value: record!.value,
          }))
          await bus.log.append(copies)
        }
        const index = new AdmissionIndex(bus)
        const [end] = await bus.log.ends([AT])
        for (const number of asked) {
          const offset = BigInt(Math.min(number, Number(end!.offset)))
          const records = await bus.log.read({ ...AT, offset: 0n }, 1000)
          const before = records.filter((record) => record.offset < offset)
          const judged = await judgeBatch(bus.codec, emptyAdmission(), { ...AT, records: before })
          expect(await index.at({ ...AT, offset })).toEqual(judged.admission)
        }
      },
    ),
    { numRuns: 200 },
  )
})
