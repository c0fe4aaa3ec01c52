import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Kind } from '@waggle/event'
import {
  PROCEDURE,
  SCOPE,
  teller,
  type Said,
  type SaidOf,
} from '../../../test/support/memory-steps.ts'
import { DurationSketch } from './duration-sketch.ts'
import { foldMemory } from './fold-memory.ts'
import { emptyMemoryState, type MemoryEvent } from './memory-state.ts'
import { createMemoryView } from './memory-view.ts'
import { successRate } from './success-interval.ts'

function stage() {
  const state = emptyMemoryState()
  const { say } = teller()
  const tell = (said: Said) => {
    const known = say(said as SaidOf<Kind>)
    foldMemory(state, known)
    return known
  }
  const define = (action: string, expected_version: number | null = null) =>
    tell({ ...PROCEDURE, steps: [{ action, tool: null, arguments: '{}' }], expected_version })
  const run = (version: number, success: boolean, duration_ms = 10, agent = 'ann') =>
    tell({
      kind: 'execution',
      namespace: 'ann',
      procedure: 'enter',
      version,
      agent,
      arguments: '{}',
      success,
      duration_ms,
    })
  return { state, view: createMemoryView(state), tell, define, run }
}

describe('procedures', () => {
  it('keep five versions, go back to one of them, and refuse what was made for another', () => {
    const { view, tell, define } = stage()
    for (let i = 1; i <= 6; i++) define(`way ${i}`, i - 1)
    define('late', 5)
    expect(view.refusedWrites(SCOPE, 'ann')).toMatchObject([{ code: 'VERSION_CONFLICT' }])
    const back = (to_version: number) => tell({ ...PROCEDURE, op: 'ROLLED_BACK', to_version })
    back(1)
    expect(view.refusedWrites(SCOPE, 'ann').at(-1)).toMatchObject({ code: 'NOT_FOUND' })
    back(2)
    const now = view.procedure(SCOPE, 'ann', 'enter')
    expect([now?.version, now?.event.steps[0]?.action]).toEqual([7, 'way 2'])
    const history = view.procedureHistory(SCOPE, 'ann', 'enter')
    expect(
      history.filter(({ event }) => event !== undefined).map(({ version }) => version),
    ).toEqual([3, 4, 5, 6, 7])
    expect(history[0]).toMatchObject({ version: 1, position: { offset: 0n } })
    expect(() => view.procedure(SCOPE, 'ann', 'enter', { version: 1 })).toThrow(
      expect.objectContaining({ code: 'AS_OF_TOO_OLD' }),
    )
    expect(view.procedures(SCOPE, 'ann', { category: 'trading' })).toHaveLength(1)
    expect(view.procedures(SCOPE, 'ann', { category: 'other' })).toHaveLength(0)
    tell({ kind: 'removal', namespace: 'ann', memory: 'procedure:enter' })
    expect(view.procedures(SCOPE, 'ann')).toEqual([])
    back(7)
    expect(view.procedure(SCOPE, 'ann', 'enter')).toBeUndefined()
    define('anew', 0)
    expect(view.procedure(SCOPE, 'ann', 'enter')?.version).toBe(8)
  })

  it('say of a time what was said then, or that only the log can, once newer ones took the place', () => {
    const { state, view, define } = stage()
    for (let i = 1; i <= 6; i++) define(`way ${i}`)
    const asOf = state.runs.get('')!.time.clock
    const then = view.procedureHistory(SCOPE, 'ann', 'enter')
    expect(then.filter(({ event }) => event !== undefined)).toHaveLength(5)
    expect(view.procedureHistory(SCOPE, 'ann', 'enter', { asOf })).toEqual(then)
    define('way 7')
    expect(() => view.procedureHistory(SCOPE, 'ann', 'enter', { asOf })).toThrow(
      expect.objectContaining({ code: 'AS_OF_TOO_OLD' }),
    )
    expect(view.procedureHistory(SCOPE, 'ann', 'enter')).toHaveLength(7)
  })

  it('count runs by version, and answer about earlier times and without whom is not trusted', () => {
    const { state, view, tell, define, run } = stage()
    define('one')
    tell({ kind: 'grant', namespace: 'ann', grantee: 'bob', access: 'WRITE' })
    run(1, true, 10)
    const { knownFrom: asOf } = run(1, false, 30)
    const before = view.procedureStatistics(SCOPE, 'ann', 'enter')
    run(1, true, 20, 'bob')
    expect(view.procedureStatistics(SCOPE, 'ann', 'enter')).toMatchObject([
      { version: 1, runs: 3, successes: 2, failures: 1, durationMs: { mean: 20 } },
    ])
    expect(view.procedureStatistics(SCOPE, 'ann', 'enter', { asOf })).toEqual(before)
    const warden = teller('waggle.compensations.v1')
    const quarantine = { kind: 'quarantine', quarantined: 'bob', since: 0, reason: '' } as const
    foldMemory(state, warden.say(quarantine, asOf + 9_000_000))
    expect(view.procedureStatistics(SCOPE, 'ann', 'enter')).toEqual(before)
    run(9, true)
    expect(view.refusedWrites(SCOPE, 'ann')).toMatchObject([{ code: 'NOT_FOUND' }])
  })

  it('suggest a version once its interval is apart, by the world rather than by the call', () => {
    const { state, view, define, run } = stage()
    const decisions = teller('waggle.decisions.v1')
    const outcomes = teller('waggle.outcomes.v1')
    const play = (version: number, succeeds: boolean): MemoryEvent[] => {
      const { event } = run(version, true)
      const decision = decisions.say({
        kind: 'decision',
        cause: event.id,
        action: 'LONG',
        context: '',
        reasoning: '',
        confidence: 0.5,
      })
      const said = { kind: 'outcome', decision: decision.event.id, value: 1 } as const
      return [decision, outcomes.say({ ...said, success: succeeds })]
    }
    define('good')
    define('bad')
    const later = Array.from({ length: 14 }, (_, i) => [play(1, i > 0), play(2, i % 7 === 0)]).flat(
      2,
    )
    expect(view.suggestedVersion(SCOPE, 'ann', 'enter')).toBeUndefined()
    // Outcomes before the decisions they judge: whichever partition is read first.
    for (const known of later.toReversed()) foldMemory(state, { ...known, frame: FRAME })
    expect(view.suggestedVersion(SCOPE, 'ann', 'enter')).toMatchObject({
      version: 1,
      basis: 'outcomes',
      rate: { samples: 14, successes: 13 },
      present: { samples: 14, successes: 2 },
    })
    const [first] = view.procedureStatistics(SCOPE, 'ann', 'enter')
    expect(first).toMatchObject({ executed: { rate: 1 }, outcomes: { successes: 13 } })
  })
})

describe('statistics', () => {
  it('have quantiles within 1% of a value of that rank, however they are merged', () => {
    const durations = fc.array(fc.double({ min: 1e-2, max: 1e7, noNaN: true }), { minLength: 1 })
    fc.assert(
      fc.property(durations, fc.double({ min: 0, max: 1, noNaN: true }), (all, q) => {
        const [left, right, whole] = [0, 0, 0].map(() => new DurationSketch())
        all.forEach((ms, index) => {
          whole!.add(ms)
          ;(index % 2 === 0 ? left! : right!).add(ms)
        })
        left!.merge(right!)
        expect(JSON.stringify(left)).toBe(JSON.stringify(whole))
        const exact = all.toSorted((a, b) => a - b)[Math.floor(q * (all.length - 1))]!
        expect(Math.abs(left!.quantile(q)! - exact) / exact).toBeLessThanOrEqual(0.010001)
      }),
    )
  })

  it('have the intervals of Wilson’s formula', () => {
    // Newcombe, Statistics in Medicine 17 (1998), table I, method 3.
    const rounded = (successes: number, samples: number) => {
      const { low, high } = successRate(successes, samples)
      return [low, high].map((bound) => Number(bound.toFixed(4)))
    }
    expect(rounded(81, 263)).toEqual([0.2553, 0.3662])
    expect(rounded(15, 148)).toEqual([0.0624, 0.1605])
    expect(rounded(0, 20)).toEqual([0, 0.1611])
    expect(rounded(1, 29)).toEqual([0.0061, 0.1718])
    expect(rounded(0, 0)).toEqual([0, 1])
  })
})

/** Episodes keep the bytes; what procedures learn does not need them. */
const FRAME = { bytes: Buffer.alloc(0), writer: {} } as unknown as MemoryEvent['frame']
