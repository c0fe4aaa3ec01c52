import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { seededRandom } from '@waggle/base'
import { knownEventOf, readAdmitted, type KnownEvent } from '@waggle/consume'
import { EVENT_TOPICS, type EventByKind, type Kind } from '@waggle/event'
import { partitionsOf } from '@waggle/log'
import { forgottenAt, parseRetention, termAt, tierAt, type TierFacts } from '@waggle/memory'
import { createAnalyticsView, type AnalyticsStore } from '@waggle/view-analytics'
import { analyticsScene, type AnalyticsScene } from '../support/analytics-scene.ts'
import { memoryBus, START, SWARM, type MemoryBus } from '../support/memory-bus.ts'

const DAY = 86_400_000_000
const AGENTS = ['ann', 'bob', 'eve']
let scene: AnalyticsScene
let store: AnalyticsStore
let events: readonly KnownEvent[]

beforeAll(async () => {
  scene = await analyticsScene()
  ;({ store } = scene)
  const bus = await memoryBus()
  await rememberAndDecide(bus)
  await scene.project(bus)
  events = await admitted(bus)
})
afterAll(() => scene.close())

/** Seventy days of three agents that remember, recall, decide and are judged; some is removed, one is not trusted. */
async function rememberAndDecide(bus: MemoryBus): Promise<void> {
  const random = seededRandom(11)
  const emitters = AGENTS.map((agent) => bus.emitter(agent))
  const memories: string[] = []
  for (let day = 0; day < 70; day++) {
    for (const [index, emitter] of emitters.entries()) {
      bus.clock.advance(DAY / 3)
      const namespace = AGENTS[index]!
      const written = await emitter.emitAll([
        {
          kind: 'experience',
          namespace,
          type: 'trade',
          content: 'x'.repeat(day + 1),
          importance: random.next(),
          ttl_ms: random.next() < 0.2 ? (DAY / 1000) * 30 : null,
        },
        { kind: 'fact', namespace, entity: 'SPX', attribute: 'trend', value: `v${day}` },
      ])
      memories.push(...written.map(({ event }) => event.id))
      const some = (): string => memories[Math.floor(random.next() * memories.length)]!
      const found = random.next() < 0.7 ? [some(), some()] : []
      await emitter.emit({
        kind: 'recall',
        query: 'what now?',
        namespaces: [namespace],
        found: found.map((memory, rank) => ({ memory, score: 1 / (rank + 1) })),
        asked_for: 10,
        latency_us: 100 + day,
      })
      const decision = await emitter.emit({
        kind: 'decision',
        action: 'LONG',
        context: '',
        reasoning: '',
        confidence: random.next(),
        inputs: random.next() < 0.5 ? found : [],
      })
      await emitter.emit({
        kind: 'outcome',
        decision: decision.event.id,
        value: random.next() - 0.5,
        success: random.next() < 0.6,
        details: '',
      })
    }
  }
  await emitters[0]!.emit({ kind: 'removal', namespace: 'ann', memory: memories[0]! })
  await emitters[0]!.emit({
    kind: 'quarantine',
    quarantined: 'eve',
    since: START + 40 * DAY,
    reason: 'lies',
  })
  await emitters[0]!.emit({
    kind: 'quarantine',
    quarantined: 'eve',
    since: START + 60 * DAY,
    reason: 'again',
  })
  await emitters[0]!.emit({ kind: 'quarantine', quarantined: 'bob', since: 0, reason: 'error' })
  await emitters[0]!.emit({
    kind: 'quarantine',
    quarantined: 'bob',
    since: 0,
    lifted: true,
    reason: 'was none',
  })
}

async function admitted(bus: MemoryBus): Promise<KnownEvent[]> {
  const all: KnownEvent[] = []
  for (const end of await bus.log.ends(partitionsOf(bus.log, EVENT_TOPICS)))
    for await (const batch of readAdmitted(bus, end)) all.push(...batch.map(knownEventOf))
  return all
}

const ofKind = <K extends Kind>(
  kind: K,
  agent: string,
): (KnownEvent & { event: EventByKind[K] })[] =>
  events.filter(({ event }) => event.kind === kind && event.agent === agent) as never

async function rowOf(view: string, agent: string): Promise<Record<string, unknown>> {
  const rows = await createAnalyticsView(store).query<Record<string, unknown>>(
    `SELECT * FROM ${view} WHERE swarm = {swarm:String} AND agent = {agent:String}`,
    { swarm: SWARM, agent },
  )
  expect(rows).toHaveLength(1)
  return Object.fromEntries(
    Object.entries(rows[0]!).map(([name, value]) => [
      name,
      typeof value === 'string' && value !== '' && Number.isFinite(Number(value))
        ? Number(value)
        : value,
    ]),
  )
}

/** What tier_use says, by the rule in TypeScript. */
function expectedTiers(): Map<string, number> {
  const config = parseRetention()
  const known = events.filter(({ event }) => event.kind !== 'quarantine')
  const now = Math.max(...known.map(({ knownFrom }) => knownFrom))
  const cited = new Map<string, number>()
  const recalled = new Map<string, number[]>()
  for (const { event, knownFrom } of known) {
    if (event.kind === 'decision') {
      for (const id of event.inputs) cited.set(id, Math.min(knownFrom, cited.get(id) ?? Infinity))
    }
    if (event.kind !== 'recall') continue
    for (const { memory } of event.found)
      recalled.set(
        memory,
        [...(recalled.get(memory) ?? []), knownFrom].sort((a, b) => a - b),
      )
  }
  const tiers = new Map<string, number>()
  for (const { event, knownFrom } of known) {
    if (event.kind !== 'experience' && event.kind !== 'decision' && event.kind !== 'outcome')
      continue
    const times = recalled.get(event.id) ?? []
    const facts: TierFacts = {
      kind: event.kind,
      knownFrom,
      importance: event.kind === 'experience' ? event.importance : null,
      ttl: event.kind === 'experience' && event.ttl_ms !== null ? event.ttl_ms * 1000 : null,
      citedAt: Math.max(knownFrom, cited.get(event.id) ?? Infinity),
      recalledOftenAt: Math.max(knownFrom, times[config.recallsMin - 1] ?? Infinity),
      lastRecalledAt: times.at(-1) ?? -Infinity,
    }
    if (forgottenAt(facts, config) <= now) continue
    const name = [event.kind, termAt(facts, config, now), tierAt(facts, config, now)].join(' ')
    tiers.set(name, (tiers.get(name) ?? 0) + 1)
  }
  return tiers
}

describe('of all', () => {
  it('tier_use says what the rule of tiers says', async () => {
    const rows = await createAnalyticsView(store).query<Record<string, string>>(
      `SELECT kind, term, tier, memories FROM tier_use WHERE swarm = {swarm:String}`,
      { swarm: SWARM },
    )
    const expected = expectedTiers()
    expect(
      new Map(
        rows.map(({ kind, term, tier, memories }) => [`${kind} ${term} ${tier}`, Number(memories)]),
      ),
    ).toEqual(expected)
    expect(expected.size).toBeGreaterThan(6)
  })
})

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length

describe.each(AGENTS)('of %s', (agent) => {
  it('memory_efficiency counts what was written, found and cited', async () => {
    const written = [...ofKind('experience', agent), ...ofKind('fact', agent)]
    const ids = new Set(written.map(({ event }) => event.id))
    const found = AGENTS.flatMap((who) => ofKind('recall', who))
      .flatMap(({ event }) => event.found.map(({ memory }) => memory))
      .filter((memory) => ids.has(memory))
    const cited = AGENTS.flatMap((who) => ofKind('decision', who))
      .flatMap(({ event }) => event.inputs)
      .filter((memory) => ids.has(memory))
    const used = new Set([...found, ...cited]).size
    expect(used).toBeGreaterThan(10)
    expect(await rowOf('memory_efficiency', agent)).toMatchObject({
      written: written.length,
      removed: agent === 'ann' ? 1 : 0,
      quarantined:
        agent === 'eve'
          ? written.filter(({ knownFrom }) => knownFrom >= START + 40 * DAY).length
          : 0,
      found: new Set(found).size,
      cited: new Set(cited).size,
      times_found: found.length,
      times_cited: cited.length,
      used_share: expect.closeTo(used / written.length, 12) as number,
    })
  })

  it('recall_hit_rate tells answers and use by day', async () => {
    const rows = await createAnalyticsView(store).query<Record<string, number | string>>(
      `SELECT sum(recalls) AS asked, sum(hit_rate * recalls) AS answered, sum(used_rate * recalls) AS used,
        max(p95_latency_us) AS slowest FROM recall_hit_rate WHERE agent = {agent:String}`,
      { agent },
    )
    const recalls = ofKind('recall', agent)
    const cited = new Set(ofKind('decision', agent).flatMap(({ event }) => event.inputs))
    const used = recalls.filter(({ event }) => event.found.some(({ memory }) => cited.has(memory)))
    expect(used.length).toBeGreaterThan(5)
    expect(used.length).toBeLessThan(recalls.length)
    expect(
      Object.fromEntries(Object.entries(rows[0]!).map(([name, value]) => [name, Number(value)])),
    ).toEqual({
      asked: recalls.length,
      answered: recalls.filter(({ event }) => event.found.length > 0).length,
      used: used.length,
      slowest: 169,
    })
  })

  it('learning_progress sums up to all that was judged', async () => {
    const rows = await createAnalyticsView(store).query<Record<string, number | string>>(
      `SELECT * FROM learning_progress WHERE agent = {agent:String} ORDER BY month`,
      { agent },
    )
    const outcomes = ofKind('outcome', agent)
    expect(rows).toHaveLength(3)
    expect(rows.reduce((sum, row) => sum + Number(row['judged']), 0)).toBe(outcomes.length)
    expect(Number(rows.at(-1)!['hit_rate_so_far'])).toBeCloseTo(
      mean(outcomes.map(({ event }) => Number(event.success))),
      12,
    )
    expect(rows[0]!['hit_rate_change']).toBeNull()
    expect(Number(rows[1]!['hit_rate_change'])).toBeCloseTo(
      Number(rows[1]!['hit_rate']) - Number(rows[0]!['hit_rate']),
      12,
    )
  })

  it('decision_quality_by_memory parts decisions by what they rested on', async () => {
    const rows = await createAnalyticsView(store).query<Record<string, number | string | boolean>>(
      `SELECT * FROM decision_quality_by_memory WHERE agent = {agent:String} ORDER BY with_memory`,
      { agent },
    )
    const outcome = new Map(ofKind('outcome', agent).map(({ event }) => [event.decision, event]))
    const decisions = ofKind('decision', agent).map(({ event }) => event)
    for (const [index, row] of rows.entries()) {
      const ours = decisions.filter(({ inputs }) => inputs.length > 0 === (index === 1))
      expect(row['with_memory']).toBe(index === 1)
      expect(Number(row['decisions'])).toBe(ours.length)
      expect(Number(row['mean_brier'])).toBeCloseTo(
        mean(
          ours.map(({ id, confidence }) => (confidence - Number(outcome.get(id)!.success)) ** 2),
        ),
        12,
      )
    }
    expect(rows).toHaveLength(2)
  })
})
