import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readAdmitted } from '@waggle/consume'
import { SWARM } from '../../../test/support/memory-bus.ts'
import {
  anyMemoryActions,
  HOUR,
  LASTING,
  memoryFeed,
  memoryPartitions,
  type MemoryFeed,
} from '../../../test/support/memory-feed.ts'
import { digestMemory } from './digest-memory.ts'
import { foldMemory } from './fold-memory.ts'
import { sweepEpisodes } from './maintain-memory.ts'
import { memoryAsOf } from './memory-as-of.ts'
import { emptyMemoryState, sealedBefore, type MemoryState } from './memory-state.ts'
import { createMemoryView, type MemoryView } from './memory-view.ts'
import { memoryEventOf } from './project-memory.ts'
import {
  forgottenAt,
  parseRetention,
  promotedAt,
  termAt,
  tierAt,
  type TierFacts,
} from './tier-rule.ts'

const SCOPE = { swarm: SWARM, run: null }
const hours = (count: number): number => count * 3_600_000
const kept = { shortMs: hours(10), longMs: hours(60) }
const retention = {
  asOfWindowMs: hours(20),
  longTermAfterMs: hours(5),
  recallsMin: 2,
  retention: { experience: kept, observation: kept, decision: kept, outcome: kept, signal: kept },
  tiers: { hotMs: hours(2), warmMs: hours(8), coldMs: hours(30) },
}

/** Partition by partition, the last one first; `after` is called behind each event. */
async function folded(
  feed: MemoryFeed,
  after?: (state: MemoryState) => void,
): Promise<MemoryState> {
  const state = emptyMemoryState({ retention })
  const { bus } = feed
  for (const end of (await bus.log.ends(memoryPartitions(bus))).toReversed()) {
    for await (const batch of readAdmitted(bus, end))
      for (const record of batch) {
        foldMemory(state, memoryEventOf(record))
        after?.(state)
      }
  }
  return state
}

function sweep(state: MemoryState): void {
  const run = state.runs.get('')!
  for (const swarm of run.swarms.values()) sweepEpisodes(swarm, sealedBefore(state, run.time))
}

async function idsAt(view: MemoryView, asOf: number): Promise<string[]> {
  return (await view.episodes(SCOPE, { asOf, limit: 1000 })).map(({ id }) => id)
}

describe('what is forgotten', () => {
  it('changes no answer within the window, and no digest, whenever it is dropped', async () => {
    await fc.assert(
      fc.asyncProperty(anyMemoryActions(LASTING), fc.nat(20), async (actions, hoursAgo) => {
        const feed = await memoryFeed()
        await feed.act(actions)
        await feed.seal()
        const whole = await folded(feed)
        const swept = await folded(feed, sweep)
        expect(digestMemory(swept)).toBe(digestMemory(whole))
        const asOf = feed.bus.clock.now() - hoursAgo * HOUR
        expect(await idsAt(createMemoryView(swept), asOf)).toEqual(
          await idsAt(createMemoryView(whole), asOf),
        )
      }),
      { numRuns: 60 },
    )
  })

  it('is refused for times before it, and had from the log', async () => {
    const feed = await memoryFeed()
    const said = { agent: 'ann', what: 'signal', backdatedHours: 0, pick: 1 } as const
    await feed.act([{ ...said, advanceHours: 0 }])
    const asOf = feed.bus.clock.now()
    feed.bus.clock.advance(100 * HOUR)
    await feed.seal()
    const state = await folded(feed)
    sweep(state)
    const view = createMemoryView(state)
    expect(view.episode(SCOPE, feed.ids[0]!)).toBeUndefined()
    expect(() => view.episode(SCOPE, feed.ids[0]!, { asOf })).toThrow(
      expect.objectContaining({ code: 'AS_OF_TOO_OLD' }),
    )
    await expect(view.episodes(SCOPE, { asOf })).rejects.toMatchObject({ code: 'AS_OF_TOO_OLD' })
    const past = await memoryAsOf({ ...feed.bus, retention, run: null, asOf })
    expect(past.view.episode(SCOPE, feed.ids[0]!)?.event).toMatchObject({ domain: 'risk' })
  })

  it('is what nobody cited, recalled often or thought important', async () => {
    const feed = await memoryFeed()
    const { bus } = feed
    const ann = bus.emitter('ann-tools')
    const remember = async (importance: number): Promise<string> => {
      const text = { namespace: 'shared', type: 't', content: `importance ${importance}` }
      return (await ann.emit({ kind: 'experience', importance, ...text })).event.id
    }
    const [plain, important, cited, recalled, onlyOnce] = [
      await remember(0.1),
      await remember(0.9),
      await remember(0.2),
      await remember(0.3),
      await remember(0.4),
    ]
    const [context, reasoning] = ['', '']
    await ann.emit({
      kind: 'decision',
      action: 'A',
      context,
      reasoning,
      confidence: 1,
      inputs: [cited!],
    })
    for (const ids of [[recalled, onlyOnce], [recalled]])
      await ann.emit({
        kind: 'recall',
        query: 'q',
        asked_for: 1,
        latency_us: 1,
        found: ids.map((memory) => ({ memory: memory!, score: 1 })),
      })
    bus.clock.advance(11 * HOUR)
    await feed.seal()
    const view = createMemoryView(await folded(feed))
    const left = await idsAt(view, bus.clock.now())
    expect(left.filter((id) => id !== undefined).toSorted()).toEqual(
      [important!, cited!, recalled!].toSorted(),
    )
    expect(left).not.toContain(plain)
    expect(view.standing(SCOPE, recalled!)).toMatchObject({ term: 'long', recalls: 2 })
  })
})

describe('the rule of tiers', () => {
  const config = parseRetention(retention)
  const anyFacts: fc.Arbitrary<TierFacts> = fc.record({
    kind: fc.constantFrom('experience', 'signal'),
    knownFrom: fc.nat(100).map((hour) => hour * HOUR),
    importance: fc.constantFrom(null, 0.2, 0.9),
    ttl: fc.constantFrom(null, 3 * HOUR),
    citedAt: fc.constantFrom(Infinity, 104 * HOUR),
    recalledOftenAt: fc.constantFrom(Infinity, 106 * HOUR),
    lastRecalledAt: fc.constantFrom(-Infinity, 107 * HOUR),
  })

  it('only moves memories away from hot as time passes, and up by a recall', () => {
    const order = ['hot', 'warm', 'cold', 'archive']
    fc.assert(
      fc.property(anyFacts, fc.nat(200), fc.nat(50), (facts, after, more) => {
        const at = 110 * HOUR + after * HOUR
        const [now, later] = [tierAt(facts, config, at), tierAt(facts, config, at + more * HOUR)]
        expect(order.indexOf(later)).toBeGreaterThanOrEqual(order.indexOf(now))
        expect(tierAt({ ...facts, lastRecalledAt: at }, config, at)).toBe('hot')
      }),
    )
  })

  it('keeps what is promoted at least as long, and calls it long term once it is old', () => {
    fc.assert(
      fc.property(anyFacts, (facts) => {
        const plain = { ...facts, importance: null, citedAt: Infinity, recalledOftenAt: Infinity }
        expect(forgottenAt(facts, config)).toBeGreaterThanOrEqual(forgottenAt(plain, config))
        const promoted = promotedAt(facts, config)
        const old = facts.knownFrom + 5 * HOUR
        expect(termAt(facts, config, old - 1)).toBe('short')
        expect(termAt(facts, config, promoted === Infinity ? old : Math.max(old, promoted))).toBe(
          promoted === Infinity ? 'short' : 'long',
        )
      }),
    )
  })

  it('refuses a configuration that makes no sense, by name', () => {
    expect(() => parseRetention({ importanceMin: 2 })).toThrow(/CONFIG|importanceMin/)
    expect(() => parseRetention({ unknown: 1 } as never)).toThrow(/unknown/)
  })
})

describe('storage', () => {
  it('adds up: every memory is in one tier, and bytes are those of the log', async () => {
    await fc.assert(
      fc.asyncProperty(anyMemoryActions(LASTING), async (actions) => {
        const feed = await memoryFeed()
        await feed.act(actions)
        await feed.seal()
        const state = await folded(feed)
        const figures = createMemoryView(state).storage(SCOPE)
        if (figures === undefined) return
        const episodes = state.runs.get('')!.swarms.get(SWARM)!.episodes
        const tiers = Object.values(figures.tiers)
        const sum = (of: (tier: (typeof tiers)[number]) => number): number =>
          tiers.reduce((total, tier) => total + of(tier), 0)
        expect(sum(({ memories }) => memories)).toBe(episodes.rows.size)
        expect(figures.terms.short + figures.terms.long + figures.forgotten).toBe(
          episodes.rows.size,
        )
        const raw = [...episodes.rows.entries()].map(([, at]) => episodes.rows.frame(at).length)
        expect(sum(({ rawBytes }) => rawBytes)).toBe(raw.reduce((total, bytes) => total + bytes, 0))
      }),
      { numRuns: 30 },
    )
  })
})
