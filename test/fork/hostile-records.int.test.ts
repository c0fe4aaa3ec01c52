import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compareRuns, fork, replayFork } from '@waggle/fork'
import { joinAll, propose, recordsAsBytes, smallSwarm, SWARM } from './small-swarm.ts'

/** What a foreign producer may leave among the records: noise, and records of ours cut off or with bytes changed. */
const hostile = fc.record({
  noise: fc.uint8Array({ maxLength: 80 }),
  how: fc.constantFrom('noise', 'framed', 'cut', 'changed'),
  which: fc.nat(),
  at: fc.nat(),
})

/** Within the id, the swarm and what follows it. */
const CUT_IN_ENVELOPE = [20, 44, 46, 50, 60, 70].map((at) => {
  return { noise: new Uint8Array(), how: 'cut' as const, which: 0, at }
})

describe('a fork of a log with records that are no events', () => {
  it('is the same run without a change, whatever bytes stand between', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(hostile, { minLength: 1, maxLength: 6 }), async (all) => {
        const bus = await smallSwarm()
        try {
          await joinAll(bus)
          const from = { at: bus.clock.now() }
          const spoil = async (): Promise<void> => {
            const own = await recordsAsBytes(bus)
            for (const { noise, how, which, at } of all) {
              const { topic, key, value } = own[which % own.length]!
              const bytes = Buffer.from(value)
              if (how === 'changed') bytes[at % bytes.length]! ^= 1 + ((noise[0] ?? 0) % 255)
              const spoiled = {
                noise: Buffer.from(noise),
                framed: Buffer.concat([bytes.subarray(0, 5), noise]),
                cut: bytes.subarray(0, at % bytes.length),
                changed: bytes,
              }[how]
              await bus.log.append([{ topic, key, value: spoiled }])
            }
          }
          await spoil()
          bus.clock.advance(1000)
          await propose(bus, 'p')
          await spoil()
          for (const agent of ['ann', 'ben']) {
            bus.clock.advance(1000)
            const vote = { kind: 'vote', proposal: 'p', choice: 'approve', confidence: 1 } as const
            await bus.emitter(agent).emit(vote)
          }
          await bus.settle()
          const there = await bus.open(
            await fork({ bus, swarm: SWARM, parent: null, run: 'fork:a', from }),
          )
          await replayFork(there, { log: bus.log, codec: bus.codec })
          const runs = { swarm: SWARM, a: null, b: 'fork:a' }
          const { divergences, same } = await compareRuns({ ...bus, ...runs })
          expect(divergences).toEqual([])
          expect(same).toBeGreaterThanOrEqual(3)
        } finally {
          await bus.stop()
        }
      }),
      { numRuns: 6, examples: [[CUT_IN_ENVELOPE]] },
    )
  })
})
