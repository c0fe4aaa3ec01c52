import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { relabelRun } from '@waggle/codec'
import { covers, forkLineage, partingOf, rootLineage, type Lineage } from '@waggle/fork'
import { memoryBus } from '../support/memory-bus.ts'

const topic = 'waggle.votes.v1'
const at = (offset: number) => ({ topic, partition: 0, offset: BigInt(offset) })

describe('lineages', () => {
  it('part where the records that both have end, whatever forked from what', () => {
    // Each fork: which run it leaves, and how much later the log's end stands when it does; the cut lies at or before it.
    const step = fc.record({ of: fc.nat(), grows: fc.nat(4), back: fc.nat(6) })
    fc.assert(
      fc.property(
        fc.array(step, { minLength: 1, maxLength: 8 }),
        fc.array(fc.nat(), { maxLength: 40 }),
        (steps, whose) => {
          const lineages: Lineage[] = [rootLineage('s', null)]
          const records: (string | null)[] = []
          const runOf = (lineage: Lineage): string | null => lineage.ancestors[0].run
          steps.forEach(({ of, grows, back }, index) => {
            for (let i = 0; i < grows; i++)
              records.push(runOf(lineages[(whose[records.length] ?? 0) % lineages.length]!))
            const cut = Math.max(0, records.length - back)
            const parent = lineages[of % lineages.length]!
            lineages.push(
              forkLineage(parent, `fork:${index}`, new Map([[`${topic}/0`, BigInt(cut)]])),
            )
          })
          for (const a of lineages) {
            for (const b of lineages) {
              const parting = partingOf(a, b)
              records.forEach((run, offset) => {
                const [inA, inB] = [covers(a, run, at(offset)), covers(b, run, at(offset))]
                const shared =
                  parting === undefined || BigInt(offset) < (parting.get(`${topic}/0`) ?? 0n)
                if (inA) expect(inB).toBe(shared)
              })
            }
          }
        },
      ),
    )
  })

  it('relabel a frame to the event under another run, and nothing else of it', async () => {
    const { codec, emitter, log } = await memoryBus()
    const text = fc
      .string({ unit: 'binary', minLength: 1, maxLength: 40 })
      .filter((value) => value.isWellFormed())
    const run = fc.option(text, { nil: null })
    let session = 0
    await fc.assert(
      fc.asyncProperty(
        run,
        run,
        fc.option(text, { nil: null }),
        text,
        async (from, to, trajectory, state) => {
          const said = emitter('ann', { run: from, session: `s${++session}` })
          const { event, position } = await said.emit({
            kind: 'agent_state',
            type: 'CURRENT',
            version: 1,
            state,
            trajectory,
          })
          const [record] = await log.read(position, 1)
          expect(await codec.decode(relabelRun(record!.value, to))).toEqual({ ...event, run: to })
          expect(relabelRun(relabelRun(record!.value, to), from)).toEqual(record!.value)
        },
      ),
      { numRuns: 50 },
    )
  })
})
