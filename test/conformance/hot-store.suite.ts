import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { silentLogger } from '@waggle/base'
import { createRunner, knownEventOf, type Projection, type ProjectionBatch } from '@waggle/consume'
import { partitionName } from '@waggle/event'
import {
  createHotProjection,
  digestHot,
  foldHot,
  type HotState,
  type HotOverview,
  type HotView,
  type SwarmScope,
} from '@waggle/view-hot'
import {
  AGENTS,
  anyHotActions,
  batchesOf,
  busWith,
  hotPartitions,
  joined,
  RUNS,
  type HotAction,
} from '../support/hot-feed.ts'
import { SWARM, type MemoryBus } from '../support/memory-bus.ts'

/** A hot store as two of its users see it: they share what is stored where it lies outside the process. */
export interface HotStoreUnderTest {
  readonly writer: Projection
  readonly other: Projection
  /** Asks one question of HotView; without the freshness that may come with the answer. */
  ask(question: (view: AnyHotView) => unknown): Promise<unknown>
  dispose(): Promise<void>
}

/** HotView, or a reader whose answers are promises of a value with its freshness. */
export type AnyHotView = {
  readonly [Q in Exclude<keyof HotView, keyof HotOverview>]: (
    ...args: Parameters<HotView[Q]>
  ) => unknown
}

/** A new, empty store for a log. */
export type HotStoreFactory = (bus: MemoryBus) => Promise<HotStoreUnderTest>

const EXAMPLE: readonly HotAction[] = Array.from({ length: 120 }, (_, index) => ({
  agent: AGENTS[index % 3]!,
  run: RUNS[index % 7 === 0 ? 1 : 0]!,
  what: (['fill', 'decision', 'signal', 'bar', 'state', 'guarded', 'agent'] as const)[index % 5]!,
  advanceMs: 300,
  pick: (index * 5) % 7,
}))

/** What every hot store must do; `name` goes into the titles. */
export function hotStoreSuite(name: string, open: HotStoreFactory): void {
  describe(`hot store: ${name}`, () => {
    let bus: MemoryBus
    let batches: ProjectionBatch[]
    let truth: string

    beforeAll(async () => {
      bus = await busWith(EXAMPLE)
      batches = await allBatches(bus, [3, 5, 11])
      truth = digestOf(batches)
    })

    const withStore = async (use: (store: HotStoreUnderTest) => Promise<void>, of = bus) => {
      const store = await open(of)
      try {
        await use(store)
      } finally {
        await store.dispose()
      }
    }

    it('holds what the fold of the log holds', () =>
      withStore(async ({ writer }) => {
        for (const batch of batches) await writer.apply(batch)
        expect(await writer.digest()).toBe(truth)
      }))

    it('keeps the newest of more than it may keep', async () => {
      const many = await busWith(
        Array.from({ length: 1400 }, (_, index) => {
          const what = index % 4 === 0 ? 'bar' : 'decision'
          // Two agents of one partition: the one that speaks seldom keeps its own decisions.
          const agent = index % 700 < 60 ? 'b:{c}' : 'd/é'
          return { agent, run: null, what, advanceMs: 1, pick: index % 400 }
        }),
      )
      const cut = await allBatches(many, [400, 401])
      await withStore(async ({ writer }) => {
        for (const batch of cut) await writer.apply(batch)
        expect(await writer.digest()).toBe(digestOf(cut))
      }, many)
    })

    it('takes every batch once, however often it is given and by whomever', () =>
      withStore(async ({ writer, other }) => {
        for (const batch of batches) {
          await writer.apply(batch)
          await writer.apply(batch)
          await other.apply(batch)
        }
        for (const batch of batches) await other.apply(batch)
        expect(await writer.digest()).toBe(truth)
        expect(await other.digest()).toBe(truth)
      }))

    it('takes the rest of a batch that overlaps what is applied', () =>
      withStore(async ({ writer, other }) => {
        const byPartition = Map.groupBy(batches, partitionName)
        for (const theirs of byPartition.values()) {
          await writer.apply(theirs[0]!)
          await other.apply(joined(theirs.slice(0, 2)))
          await writer.apply(joined(theirs))
        }
        expect(await other.digest()).toBe(truth)
      }))

    it('stores its position and the admission behind it', () =>
      withStore(async ({ writer, other }) => {
        for (const batch of batches) await writer.apply(batch)
        const last = new Map(batches.map((batch) => [partitionName(batch), batch]))
        const stored = await other.checkpoints()
        expect(stored.map(partitionName).sort()).toEqual([...last.keys()].sort())
        for (const checkpoint of stored) {
          const batch = last.get(partitionName(checkpoint))!
          expect(checkpoint.nextOffset).toBe(batch.nextOffset)
          expect(checkpoint.admission).toEqual(batch.admission)
        }
      }))

    it('is the same after a rebuild, and empty after a reset', () =>
      withStore(async ({ writer, other }) => {
        const runner = createRunner({
          ...bus,
          projection: writer,
          logger: silentLogger,
          batchRecords: 4,
        })
        await runner.start()
        await runner.caughtUp(20_000)
        expect(await writer.digest()).toBe(truth)
        await runner.rebuild()
        expect(await writer.digest()).toBe(truth)
        await runner.stop()
        await writer.reset()
        expect(await writer.digest()).toBe(await createHotProjection().digest())
        expect(await other.checkpoints()).toEqual([])
      }))

    it('answers every question as the view in process does', () =>
      withStore(async ({ writer, ask }) => {
        const memory = createHotProjection()
        for (const batch of batches) {
          await writer.apply(batch)
          await memory.apply(batch)
        }
        for (const run of RUNS) {
          for (const question of questionsOf({ swarm: SWARM, run })) {
            const answer = unordered(await ask(question))
            expect(answer, String(question)).toEqual(unordered(question(memory.view)))
          }
        }
      }))

    it('does not depend on how the log is cut, given again, or shared between two writers', async () => {
      const steps = fc.record({
        actions: anyHotActions,
        cuts: fc.array(fc.nat(9), { minLength: 2, maxLength: 6 }),
        choices: fc.array(
          fc.record({ pick: fc.nat(), back: fc.nat(2), span: fc.nat(3), other: fc.boolean() }),
          {
            minLength: 100,
            maxLength: 200,
          },
        ),
      })
      await fc.assert(
        fc.asyncProperty(steps, async ({ actions, cuts, choices }) => {
          const log = await busWith(actions)
          await withStore(async ({ writer, other }) => {
            const all = await allBatches(log, cuts)
            const open = [...Map.groupBy(all, partitionName).values()]
            const next = open.map(() => 0)
            for (const { pick, back, span, other: byOther } of choices) {
              const index = pick % open.length
              const theirs = open[index]!
              // Begins at or before what is applied and reaches up to `span` batches beyond it.
              const from = Math.max(0, next[index]! - back)
              const to = Math.min(theirs.length, next[index]! + span)
              if (to <= from) continue
              await (byOther ? other : writer).apply(joined(theirs.slice(from, to)))
              next[index] = Math.max(next[index]!, to)
            }
            for (const batch of all) await writer.apply(batch)
            expect(await other.digest()).toBe(digestOf(all))
          }, log)
        }),
        { numRuns: 40 },
      )
    })

    afterAll(() => bus.log.close())
  })
}

async function allBatches(bus: MemoryBus, cuts: readonly number[]): Promise<ProjectionBatch[]> {
  const lists = await Promise.all(hotPartitions(bus).map((at) => batchesOf(bus, at, cuts)))
  return lists.flat()
}

/** By the plain fold of every event, one after the other. */
function digestOf(batches: readonly ProjectionBatch[]): string {
  const state: HotState = new Map()
  for (const event of batches.flatMap(({ events }) => events)) foldHot(state, knownEventOf(event))
  return digestHot(state)
}

/** Holdings and agents come in no order. */
function unordered(answer: unknown): unknown {
  const names = (item: {
    agent?: string
    instrument?: string
    event?: { kind: string; agent: string }
  }) =>
    item.event?.kind === 'agent' ? item.event.agent : `${item.agent ?? ''}/${item.instrument ?? ''}`
  return Array.isArray(answer)
    ? answer.toSorted((a, b) => (names(a) < names(b) ? -1 : names(a) > names(b) ? 1 : 0))
    : answer
}

/** Every question of the view. */
function questionsOf(scope: SwarmScope): ((view: AnyHotView) => unknown)[] {
  return [
    (view) => view.agent(scope, 'a'),
    (view) => view.agents(scope),
    (view) => view.isMember(scope, 'b:{c}'),
    (view) => view.agentState(scope, 'd/é'),
    (view) => view.agentState(scope, 'd/é', 'BACKUP'),
    (view) => view.agent(scope, 'nobody'),
    (view) => view.activeSignals(scope),
    (view) => view.activeSignals(scope, { target: 'b:{c}' }),
    (view) => view.recentDecisions(scope, 7),
    (view) => view.recentDecisions(scope, 1000),
    (view) => view.recentDecisions(scope, 0),
    (view) => view.recentDecisions(scope, 3, 'b:{c}'),
    (view) => view.holding(scope, 'a', 'SPX'),
    (view) => view.holdings(scope),
    (view) => view.lastBars(scope, 'SPX', 2),
    (view) => view.lastBars(scope, 'SPX', 1000),
    (view) => view.clock(scope),
  ]
}
