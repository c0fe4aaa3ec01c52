import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Verdict } from '@waggle/event'
import { emptyWeights, WEIGHT_STEP, weightOf, weighVerdict } from './weigh-agents.ts'

function verdict(judged: string, score: number, fields: Partial<Verdict> = {}): Verdict {
  const label = score < 0.25 ? 'CORRECT' : 'INCORRECT'
  return { agent: 'judge', judged, score, label, rule: 'brier/v1', ...fields } as Verdict
}

describe('weights by skill/v1', () => {
  it('are what the formula gives by hand', () => {
    const state = emptyWeights()
    expect(weightOf(state, 'a')).toEqual({ agent: 'a', weight: 1, evidence: 0 })
    weighVerdict(state, verdict('a', 0.04))
    // r = 2/3, R = 2/9, S = 1 - 0.04 / (2/9) = 0.82, weight = 1 + 0.82 / 21
    expect(weightOf(state, 'a').weight).toBeCloseTo(1 + 0.82 / 21, 12)
    weighVerdict(state, verdict('b', 0.81))
    // r = 2/4, R = 1/4: a has S = 0.84, b has S = 1 - 0.81 / 0.25 = -2.24
    expect(weightOf(state, 'a').weight).toBeCloseTo(1 + 0.84 / 21, 12)
    expect(weightOf(state, 'b').weight).toBeCloseTo(1 - 2.24 / 21, 12)
    weighVerdict(state, verdict('a', 0.16))
    // r = 3/5, R = 0.24, B = 0.1, S = 7/12, n = 2
    expect(weightOf(state, 'a')).toEqual({
      agent: 'a',
      weight: expect.closeTo(1 + (7 / 12) * (2 / 22), 12) as number,
      evidence: 2,
    })
  })

  it('are said when they moved by a step, and only then', () => {
    const state = emptyWeights()
    const said = Array.from({ length: 40 }, () => weighVerdict(state, verdict('a', 0.49)))
    let last = 1
    for (const given of said) {
      if (given === undefined) continue
      expect(Math.abs(given.weight - last)).toBeGreaterThanOrEqual(WEIGHT_STEP)
      last = given.weight
    }
    expect(Math.abs(weightOf(state, 'a').weight - last)).toBeLessThan(WEIGHT_STEP)
    expect(weightOf(state, 'a').weight).toBe(0.1)
  })

  it('leave out what the rule does not know', () => {
    const state = emptyWeights()
    for (const odd of [
      verdict('a', 0, { rule: 'other/v1' }),
      verdict('a', 0, { label: 'NEUTRAL' }),
      verdict('a', 1.5),
      verdict('a', Number.NaN),
      verdict('judge', 0),
    ])
      weighVerdict(state, odd)
    expect(state).toEqual(emptyWeights())
  })

  it('lie within bounds and do not depend on what comes later', () => {
    const verdicts = fc.array(
      fc.tuple(fc.constantFrom('a', 'b'), fc.double({ min: 0, max: 1, noNaN: true })),
      { minLength: 1, maxLength: 40 },
    )
    fc.assert(
      fc.property(verdicts, fc.nat(39), (all, cut) => {
        const play = (part: typeof all): unknown[] => {
          const state = emptyWeights()
          return part.map(([judged, score]) => weighVerdict(state, verdict(judged, score)))
        }
        expect(play(all).slice(0, cut)).toEqual(play(all.slice(0, cut)))
        const state = emptyWeights()
        for (const [judged, score] of all) weighVerdict(state, verdict(judged, score))
        const { weight } = weightOf(state, 'a')
        expect(weight).toBeGreaterThanOrEqual(0.1)
        expect(weight).toBeLessThanOrEqual(2)
      }),
    )
  })
})
