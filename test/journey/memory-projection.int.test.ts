import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Micros } from '@waggle/base'
import {
  createMemoryProjection,
  createReadBack,
  memoryAsOf,
  type MemoryProjection,
  type MemoryView,
} from '@waggle/memory'
import { createLexicalEmbedder, createRecallIndex } from '@waggle/recall'
import { batchesOf, joined } from '../support/hot-feed.ts'
import { SWARM } from '../support/memory-bus.ts'
import {
  AGENTS,
  anyMemoryActions,
  HOUR,
  LASTING,
  memoryFeed,
  memoryPartitions,
  type MemoryFeed,
} from '../support/memory-feed.ts'

const SCOPE = { swarm: SWARM, run: null }
const embedder = createLexicalEmbedder({ dimensions: 64 })
const openIndex = () => createRecallIndex({ embedder })
/** Long enough for every time that a test asks about. */
const retention = { asOfWindowMs: 10_000 * 3_600_000 }

function projectionOf({ bus, vault }: MemoryFeed): MemoryProjection {
  const readBack = createReadBack({ ...bus, vault })
  return createMemoryProjection({ retention, openIndex, readBack, vault })
}

async function projected(feed: MemoryFeed): Promise<MemoryProjection> {
  const { bus } = feed
  const projection = projectionOf(feed)
  for (const at of memoryPartitions(bus).toReversed())
    for (const batch of await batchesOf(bus, at, [])) await projection.apply(batch)
  return projection
}

/** Everything a reader can see of a time. */
async function answersAt(view: MemoryView, asOf: Micros): Promise<unknown> {
  const all = await view.episodes(SCOPE, { asOf, limit: 1000 })
  const own = await Promise.all(
    AGENTS.map((agent) => view.episodes(SCOPE, { asOf, agent, limit: 1000 })),
  )
  const recalled = await view.recall(SCOPE, { text: 'bought ACME shares', asOf, limit: 20 })
  const groups = await view.consolidated(SCOPE, { namespace: 'shared', asOf })
  return {
    all,
    own: own.map((memories) => memories.map(({ id }) => id)),
    recalled: recalled.map(({ id, score }) => [id, score]),
    groups: groups.map(({ members, exemplar }) => [exemplar.id, members]),
  }
}

describe('the projection of memory', () => {
  it('is the same however the log is cut into batches, repeated and interleaved', async () => {
    await fc.assert(
      fc.asyncProperty(
        anyMemoryActions(),
        fc.array(fc.nat(20), { maxLength: 6 }),
        fc.infiniteStream(fc.nat(100)),
        async (actions, cuts, picks) => {
          const feed = await memoryFeed()
          await feed.act(actions)
          await feed.seal()
          const { bus } = feed
          const expected = await projected(feed)
          const queues = await Promise.all(
            memoryPartitions(bus).map((at) => batchesOf(bus, at, cuts)),
          )
          const projection = projectionOf(feed)
          const pick = picks[Symbol.iterator]()
          for (let left = queues.filter((queue) => queue.length > 0); left.length > 0;) {
            const queue = left[pick.next().value % left.length]!
            const batch = queue.shift()!
            await projection.apply(batch)
            const next = queue[0]
            if (next !== undefined && pick.next().value % 3 === 0) queue[0] = joined([batch, next])
            left = left.filter(({ length }) => length > 0)
          }
          expect(await projection.digest()).toBe(await expected.digest())
          const at = bus.clock.now()
          expect(await answersAt(projection.view, at)).toEqual(await answersAt(expected.view, at))
        },
      ),
      { numRuns: 60 },
    )
  })

  it('keeps its answers about a sealed time whatever is appended later', async () => {
    await fc.assert(
      fc.asyncProperty(
        anyMemoryActions(LASTING),
        anyMemoryActions(LASTING),
        fc.nat(30),
        async (before, after, hoursAgo) => {
          const feed = await memoryFeed()
          await feed.act(before)
          feed.bus.clock.advance(HOUR)
          await feed.seal()
          const times = [0, hoursAgo].map((hours) => feed.bus.clock.now() - 1 - hours * HOUR)
          const { view } = await projected(feed)
          const first = await Promise.all(times.map((time) => answersAt(view, time)))
          await feed.act(after)
          const later = await projected(feed)
          const again = await Promise.all(times.map((time) => answersAt(later.view, time)))
          expect(again).toEqual(first)
          const rebuilt = await memoryAsOf({
            ...feed.bus,
            run: null,
            asOf: times[0]!,
            retention,
            openIndex,
            vault: feed.vault,
          })
          expect(rebuilt.sealed).toBe(true)
          expect(await answersAt(rebuilt.view, times[0]!)).toEqual(first[0])
        },
      ),
      { numRuns: 40 },
    )
  })

  it('forgets an erased subject for all times, and nothing else', async () => {
    await fc.assert(
      fc.asyncProperty(anyMemoryActions(LASTING), async (actions) => {
        const feed = await memoryFeed()
        await feed.act(actions)
        await feed.seal()
        const now = feed.bus.clock.now()
        const before = await projected(feed)
        const kept = (await before.view.episodes(SCOPE, { limit: 1000 })).filter(
          ({ event }) => event.subject !== 'person-0',
        )
        await feed.bus.emitter('warden').emit({
          kind: 'erasure',
          erased: 'person-0',
          step: 'REQUESTED',
        })
        const live = await projected(feed)
        const { view } = live
        const left = await view.episodes(SCOPE, { limit: 1000, asOf: now })
        expect(left.map(({ id }) => id)).toEqual(kept.map(({ id }) => id))
        const recalled = await view.recall(SCOPE, { text: 'ACME', limit: 100, asOf: now })
        expect(recalled.filter(({ event }) => event.subject === 'person-0')).toEqual([])
        await feed.vault.destroy(SWARM, 'person-0')
        expect(await (await projected(feed)).digest()).toBe(await live.digest())
      }),
      { numRuns: 30 },
    )
  })

  it('never shows a swarm what another one remembers', async () => {
    const feed = await memoryFeed()
    const { bus } = feed
    const own = { kind: 'experience', namespace: 'shared', type: 't', content: 'the same' } as const
    await bus.emitter('ann').emit(own)
    const projection = await projected(feed)
    const other = { swarm: 'other', run: null }
    const fork = { swarm: SWARM, run: 'fork' }
    for (const scope of [other, fork]) {
      expect(await projection.view.episodes(scope)).toEqual([])
      expect(await projection.view.recall(scope, { text: 'the same' })).toEqual([])
    }
    expect(await projection.view.recall(SCOPE, { text: 'the same' })).toHaveLength(1)
  })
})
