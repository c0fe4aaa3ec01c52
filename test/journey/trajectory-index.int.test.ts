import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { silentLogger } from '@waggle/base'
import { createRunner } from '@waggle/consume'
import { topicOf, type WaggleEvent } from '@waggle/event'
import {
  createMemoryIndexStore,
  createTrajectoryProjection,
  replay,
  replayTerm,
  type IndexStore,
  type Term,
  type TrajectoryProjection,
} from '@waggle/replay'
import { openLmdbIndexStore } from '@waggle/replay/lmdb'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { memoryBus, START, SWARM, type MemoryBus } from '../support/memory-bus.ts'

const SIGNAL = { kind: 'signal', domain: 'trend', severity: 'LOW', confidence: 0.7 } as const
const VOTE = { kind: 'vote', choice: 'approve', confidence: 1 } as const

const step = fc.record({
  agent: fc.constantFrom('a', 'b', 'c'),
  run: fc.constantFrom(null, 'test-1'),
  trajectory: fc.constantFrom(undefined, 't1', 't2'),
  proposal: fc.constantFrom(undefined, 'p1', 'p2'),
  advance: fc.constantFrom(0, 1, 50),
  /** How long before it is said the agent claims to have known it. */
  back: fc.constantFrom(0, 0, 30, 1000),
  /** Bytes that admission refuses, in the partition before. */
  junk: fc.boolean(),
})
interface Step {
  readonly agent: string
  readonly run: string | null
  readonly trajectory: string | undefined
  readonly proposal: string | undefined
  readonly advance: number
  readonly back: number
  readonly junk: boolean
}

async function play(bus: MemoryBus, steps: readonly Step[], seqs: Map<string, number>) {
  const events: WaggleEvent[] = []
  for (const { agent, run, trajectory, proposal, advance, back, junk } of steps) {
    bus.clock.advance(advance)
    const known = Math.max(START, bus.clock.now() - back)
    const session = `session ${agent} ${run}`
    const emitter = bus.emitter(agent, { run, session, lastSeq: seqs.get(session) ?? 0 })
    seqs.set(session, (seqs.get(session) ?? 0) + 1)
    const cause = events.findLast((event) => event.run === run)?.id
    const { event } = await emitter.emit({
      ...(proposal === undefined ? SIGNAL : { ...VOTE, proposal }),
      occurred_at: known,
      known_at: known,
      ...(trajectory === undefined ? {} : { trajectory }),
      ...(cause === undefined ? {} : { cause }),
    })
    events.push(event)
    if (junk) {
      const topic = topicOf(event.kind as 'signal')
      await bus.log.append([{ topic, key: `${SWARM}/${agent}`, value: Buffer.from('junk') }])
    }
  }
  return events
}

async function indexed(bus: MemoryBus, store: IndexStore, batchRecords = 8192) {
  const projection = createTrajectoryProjection({ store, log: bus.log })
  const runner = createRunner({ ...bus, projection, logger: silentLogger, batchRecords })
  await runner.start()
  await runner.caughtUp(20_000)
  await runner.stop()
  return projection
}

async function all<T>(batches: AsyncIterable<T | readonly T[]>): Promise<T[]> {
  const found: T[] = []
  for await (const batch of batches) found.push(...([batch].flat() as T[]))
  return found
}

describe('the trajectory index', () => {
  it('changes nothing of what replay and terms give, but how much is read', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { maxLength: 40 }),
        fc.array(step, { maxLength: 10 }),
        fc.integer({ min: 1, max: 9 }),
        fc.option(fc.integer({ min: START, max: START + 600 }), { nil: undefined }),
        async (before, after, batchRecords, asOf) => {
          const bus = await memoryBus()
          const seqs = new Map<string, number>()
          const early = await play(bus, before, seqs)
          const { index } = await indexed(bus, createMemoryIndexStore(), batchRecords)
          // What comes after the index has stopped is read from the log.
          const late = await play(bus, after, seqs)
          const time = asOf === undefined ? {} : { asOf }
          for (const run of [null, 'test-1']) {
            const source = { ...bus, run, swarm: SWARM, ...time }
            const plain = await all(replay(source))
            expect(await all(replay({ ...source, judgments: index, batchRecords }))).toEqual(plain)
            const last = [...early, ...late].findLast((event) => event.run === run)
            const terms: [Term, (event: WaggleEvent) => boolean][] = [
              [{ agent: 'a' }, ({ agent }) => agent === 'a'],
              [{ trajectory: 't1' }, ({ trajectory }) => trajectory === 't1'],
              [{ proposal: 'p1' }, (event) => 'proposal' in event && event.proposal === 'p1'],
              [{ id: last?.id ?? '' }, ({ id }) => id === last?.id],
              [{ cause: last?.cause ?? '' }, ({ cause }) => cause === (last?.cause ?? '')],
            ]
            for (const [term, has] of terms) {
              const wanted = plain.filter(({ event }) => has(event))
              expect(await all(replayTerm(source, term))).toEqual(wanted)
              expect(await all(replayTerm({ ...source, index }, term))).toEqual(wanted)
            }
          }
        },
      ),
      { numRuns: 60 },
    )
  })

  const manySteps = (count: number): Step[] =>
    Array.from({ length: count }, (_, i) => ({
      agent: ['a', 'b', 'c'][i % 3]!,
      run: i % 7 === 0 ? 'test-1' : null,
      trajectory: i % 500 === 0 ? 't1' : undefined,
      proposal: i % 400 === 0 ? 'p1' : undefined,
      advance: 1,
      back: i % 11 === 0 ? 30 : 0,
      junk: i % 100 === 0,
    }))

  it('finds what is in blocks that are full and not stored yet', async () => {
    const bus = await memoryBus()
    const steps = manySteps(8200).map((one) => ({
      ...one,
      agent: 'a',
      junk: false,
      proposal: undefined,
    }))
    await play(bus, steps, new Map())
    const { index } = await indexed(bus, createMemoryIndexStore(), 300)
    const source = { ...bus, run: null, swarm: SWARM }
    const found = await all(replayTerm({ ...source, index }, { agent: 'a' }))
    expect(found).toEqual(await all(replay(source)))
  })

  it('goes on after a restart, over many blocks, and is what a rebuilt one is', async () => {
    const bus = await memoryBus()
    const seqs = new Map<string, number>()
    const path = mkdtempSync(join(tmpdir(), 'waggle-index-'))
    const stores: IndexStore[] = []
    const reopened = async (batchRecords: number): Promise<TrajectoryProjection> => {
      await stores.pop()?.close()
      const store = openLmdbIndexStore(path)
      stores.push(store)
      return indexed(bus, store, batchRecords)
    }
    try {
      await play(bus, manySteps(700), seqs)
      await reopened(50)
      await play(bus, manySteps(30_000), seqs)
      await reopened(1000)
      await play(bus, manySteps(2000), seqs)
      const projection = await reopened(777)
      const fresh = await indexed(bus, createMemoryIndexStore(), 8192)
      expect(await projection.digest()).toBe(await fresh.digest())
      const source = { ...bus, run: null, swarm: SWARM }
      const plain = await all(replay(source))
      expect(await all(replay({ ...source, judgments: projection.index }))).toEqual(plain)
      for (const term of [{ agent: 'b' }, { trajectory: 't1' }, { proposal: 'p1' }])
        expect(await all(replayTerm({ ...source, index: projection.index }, term))).toEqual(
          await all(replayTerm(source, term)),
        )
    } finally {
      for (const store of stores) await store.close()
      rmSync(path, { recursive: true })
    }
  })
})
