import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { silentLogger } from '@waggle/base'
import { createRunner } from '@waggle/consume'
import { sealRun } from '@waggle/emit'
import type { MergePolicy } from '@waggle/event'
import { replay } from '@waggle/replay'
import {
  createCoordinationProjection,
  createResultPublisher,
  recount,
  recountWeights,
  type CoordinationProjection,
} from '@waggle/view-coordination'
import { createWeigherService } from '@waggle-services/coordinator'
import { memoryBus, SWARM, type MemoryBus } from '../support/memory-bus.ts'

type Step = typeof step extends fc.Arbitrary<infer T> ? T : never
const SCOPE = { swarm: SWARM, run: null }

const step = fc.record({
  agent: fc.constantFrom('a', 'b', 'c'),
  key: fc.constantFrom('k1', 'k2', 'k3'),
  value: fc.constantFrom('1', '7', '[1]', '[2]', '{', null),
  merge: fc.constantFrom<MergePolicy>('REFUSE', 'LAST', 'MAX', 'UNION', 'VOTE', 'ESCALATE'),
  expected: fc.constantFrom(null, null, 0, 1, 2, 5),
  irreversible: fc.constantFrom(false, false, true),
})

async function emitAll(bus: MemoryBus, steps: readonly Step[], life: number): Promise<void> {
  const emitters = new Map(
    ['a', 'b', 'c'].map((agent) => [agent, bus.emitter(agent, { session: `${agent}/${life}` })]),
  )
  for (const { agent, expected, ...fields } of steps) {
    bus.clock.advance(1)
    await emitters
      .get(agent)!
      .emit({ kind: 'memory_write', namespace: 'n', expected_version: expected, ...fields })
  }
}

async function coordinate(bus: MemoryBus, batchRecords: number): Promise<CoordinationProjection> {
  const projection = createCoordinationProjection(createResultPublisher(bus.log, bus.codec))
  const runner = createRunner({ ...bus, projection, logger: silentLogger, batchRecords })
  await runner.start()
  await runner.caughtUp(5000)
  await runner.stop()
  return projection
}

const byId = <T extends { readonly id: string }>(events: readonly T[]): T[] =>
  events.toSorted((x, y) => (x.id < y.id ? -1 : 1))

describe('results of shared memory', () => {
  it('are the same for any batches, any coordinator and whoever recounts, one for each write', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { minLength: 1, maxLength: 30 }),
        fc.constantFrom(1, 2, 7),
        async (steps, batchRecords) => {
          const bus = await memoryBus()
          const half = Math.floor(steps.length / 2)
          await emitAll(bus, steps.slice(0, half), 1)
          await coordinate(bus, batchRecords)
          await emitAll(bus, steps.slice(half), 2)
          const [one, other] = [await coordinate(bus, 8192), await coordinate(bus, batchRecords)]
          expect(await one.digest()).toBe(await other.digest())
          expect(one.view.entries(SCOPE, 'n')).toEqual(other.view.entries(SCOPE, 'n'))
          const written = []
          for await (const { event } of replay({ ...bus, run: null }))
            if (event.kind === 'memory_result') written.push(event)
          expect(written).toHaveLength(steps.length)
          const recounted = []
          for (let partition = 0; partition < 4; partition++) {
            const at = { topic: 'waggle.memory.v1', partition }
            recounted.push(...(await recount(bus.log, bus.codec, at)))
          }
          expect(byId(recounted)).toEqual(byId(written))
        },
      ),
      { numRuns: 30 },
    )
  })
})

describe('weights', () => {
  it('that were said are those that anyone recounts', async () => {
    const bus = await memoryBus()
    const id = '00000000-0000-7000-8000-000000000000'
    const fields = { decision: id, outcome: id, rule: 'brier/v1', label: 'CORRECT' } as const
    for (let i = 0; i < 30; i++) {
      bus.clock.advance(1)
      const judge = bus.emitter(`judge-${i % 5}`, { lastSeq: i })
      await judge.emit({ kind: 'verdict', ...fields, judged: 'x', score: (i % 3) / 100 })
    }
    for (let round = 0; round < 2; round++) {
      const weigher = createWeigherService({ ...bus, logger: silentLogger })
      await weigher.start()
      await weigher.runner.caughtUp(5000)
      await weigher.stop()
      const said = []
      for await (const { event } of replay({ ...bus, run: null }))
        if (event.kind === 'agent') said.push(event)
      expect(said).toEqual(await recountWeights(bus.log, bus.codec))
      expect(said.length > 0).toBe(round === 1)
      if (round === 0) await sealRun({ ...bus, ...SCOPE, at: bus.clock.now() + 1 })
    }
  })
})
