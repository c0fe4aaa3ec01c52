import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { sealRun, type AnyDraft } from '@waggle/emit'
import type { HotView } from '@waggle/view-hot'
import { hotAsOf, replay } from '@waggle/replay'
import { memoryBus, START, SWARM, type MemoryBus } from '../support/memory-bus.ts'

const SCOPE = { swarm: SWARM, run: 'r' }
const DAY = 86_400_000_000
const AGENTS = ['a', 'b', 'c', 'd', 'e', 'f']

/** What a user would ask of the past; functions of the view only. */
function belief(view: HotView): unknown {
  return {
    signals: view.activeSignals(SCOPE).map(({ event }) => event.message),
    decisions: view.recentDecisions(SCOPE, 20).map(({ event }) => [event.agent, event.action]),
    holdings: view.holdings(SCOPE),
    states: AGENTS.map((agent) => view.agentState(SCOPE, agent)?.event.state),
    bars: view.lastBars(SCOPE, 'SPX', 5).map(({ event }) => event.close),
  }
}

const draft = fc.record({
  agent: fc.constantFrom(...AGENTS),
  kind: fc.constantFrom('signal', 'decision', 'fill', 'agent_state', 'bar'),
  day: fc.nat(30),
  value: fc.nat(1000),
})
type DraftSpec = typeof draft extends fc.Arbitrary<infer T> ? T : never

function draftOf({ kind, value, day }: DraftSpec, claims: object): AnyDraft {
  const n = BigInt(value)
  switch (kind) {
    case 'signal':
      return {
        kind,
        domain: 'd',
        severity: 'LOW',
        confidence: 0.5,
        message: `m${value}`,
        ttl_ms: 3 * 86_400_000,
        ...claims,
      }
    case 'decision':
      return { kind, action: `A${value}`, context: '{}', reasoning: '', confidence: 0.5, ...claims }
    case 'fill':
      return {
        kind,
        decision: '0191f000-0000-7000-8000-000000000000',
        instrument: 'SPX',
        quantity: n,
        price: n,
        fee: 0n,
        ...claims,
      }
    case 'agent_state':
      return { kind, type: 'CURRENT', version: value, state: `${value}`, ...claims }
    default:
      return {
        kind: 'bar',
        instrument: 'SPX',
        interval: 'P1D',
        open: n,
        high: n,
        low: n,
        close: n,
        volume: BigInt(day),
        ...claims,
      }
  }
}

/** Emits in the order of their days, as a run does; then seals the run at the last day. */
async function live(bus: MemoryBus, specs: readonly DraftSpec[]): Promise<void> {
  const emitters = new Map(AGENTS.map((agent) => [agent, bus.emitter(agent, { run: 'r' })]))
  for (const spec of [...specs].sort((a, b) => a.day - b.day)) {
    bus.clock.set(Math.max(bus.clock.now() + 1, START + spec.day * DAY))
    await emitters.get(spec.agent)!.emit(draftOf(spec, {}) as never)
  }
  bus.clock.set(START + 31 * DAY)
  await sealRun({ ...bus, swarm: SWARM, run: 'r', at: bus.clock.now() })
}

/** Appends events that claim to have happened, and to have been known, in the past. */
async function backdate(bus: MemoryBus, specs: readonly DraftSpec[]): Promise<void> {
  for (const spec of specs) {
    const claimed = START + spec.day * DAY
    const emitter = bus.emitter(spec.agent, {
      run: 'r',
      session: `late-${spec.agent}-${bus.clock.now()}`,
    })
    await emitter.emit(draftOf(spec, { occurred_at: claimed, known_at: claimed }) as never)
    bus.clock.advance(1)
  }
}

describe('as-of reads', () => {
  it('give the same answer after backdated events were appended', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(draft, { minLength: 3, maxLength: 25 }),
        fc.array(draft, { minLength: 1, maxLength: 10 }),
        fc.array(fc.integer({ min: 0, max: 30 * 24 }), { minLength: 1, maxLength: 4 }),
        async (lived, late, hours) => {
          const bus = await memoryBus()
          await live(bus, lived)
          const ask = async (): Promise<string> => {
            const answers = await Promise.all(
              hours.map(async (hour) =>
                hotAsOf({ ...bus, run: 'r', asOf: START + hour * (DAY / 24) }),
              ),
            )
            expect(answers.every(({ sealed }) => sealed)).toBe(true)
            return JSON.stringify(
              answers.map(({ view }) => belief(view)),
              (_k, v: unknown) => (typeof v === 'bigint' ? `${v}n` : v),
            )
          }
          const before = await ask()
          await backdate(bus, late)
          expect(await ask()).toBe(before)
        },
      ),
      { numRuns: 60 },
    )
  })

  it('would change if the cut were made by claimed time: the check can fail', async () => {
    const bus = await memoryBus()
    await live(bus, [{ agent: 'a', kind: 'signal', day: 3, value: 1 }])
    await backdate(bus, [{ agent: 'b', kind: 'signal', day: 2, value: 666 }])
    const claimedBy = async (day: number): Promise<string[]> => {
      const seen: string[] = []
      for await (const { event } of replay({ ...bus, run: 'r' })) {
        if (event.known_at <= START + day * DAY && event.kind === 'signal') seen.push(event.message)
      }
      return seen
    }
    expect(await claimedBy(4)).toContain('m666')
    const { view } = await hotAsOf({ ...bus, run: 'r', asOf: START + 4 * DAY })
    expect(view.activeSignals(SCOPE).map(({ event }) => event.message)).toEqual(['m1'])
  })

  it('keep what was claimed and say that it came late', async () => {
    const bus = await memoryBus()
    await live(bus, [])
    await backdate(bus, [{ agent: 'b', kind: 'decision', day: 2, value: 7 }])
    const late = []
    for await (const known of replay({ ...bus, run: 'r' })) late.push(known)
    expect(late).toHaveLength(1)
    expect(late[0]).toMatchObject({
      late: true,
      knownFrom: START + 31 * DAY,
      event: { known_at: START + 2 * DAY },
    })
  })

  it('are not final before every partition has passed the time', async () => {
    const bus = await memoryBus()
    const emitter = bus.emitter('a', { run: 'r' })
    bus.clock.set(START + DAY)
    await emitter.emit(draftOf({ agent: 'a', kind: 'decision', day: 1, value: 1 }, {}) as never)
    expect((await hotAsOf({ ...bus, run: 'r', asOf: START })).sealed).toBe(false)
    await sealRun({ ...bus, swarm: SWARM, run: 'r', at: START + DAY })
    expect((await hotAsOf({ ...bus, run: 'r', asOf: START + DAY - 1 })).sealed).toBe(true)
    expect((await hotAsOf({ ...bus, run: 'r', asOf: START + DAY })).sealed).toBe(false)
    expect((await hotAsOf({ ...bus, run: 'r', asOf: START + 2 * DAY })).sealed).toBe(false)
  })
})
