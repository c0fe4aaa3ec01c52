import { describe, expect, it } from 'vitest'
import fc from 'fast-check'
import { seededRandom, type Random } from '@waggle/base'
import { levelOf, shareOf } from './false-discovery.ts'
import { newDrift, watchDrift } from './drift.ts'
import { meanInterval, rateInterval } from './intervals.ts'
import { bet, logMean, logWealthAgainst, newWealth } from './stakes.ts'
import { brierScore, calibrationTable, logScore, netReturn } from './scores.ts'

const HEAVY = [-1, -0.3, -0.05, 0.02, 0.05, 0.28, 1] as const

/** Mean exactly 0, skewed, with rare large values. */
function fair(random: Random): number {
  return HEAVY[Math.floor(random.next() * HEAVY.length)]!
}

/** Mean 0 given the past, with a size that depends on the past: wild after losses. */
function martingale(random: Random, last: number): number {
  return (last < 0 ? 0.9 : 0.1) * (random.next() < 0.5 ? -1 : 1)
}

describe('wealth of bets', () => {
  const exceeding = (threshold: number, next: (random: Random, last: number) => number): number => {
    let crossed = 0
    for (let seed = 1; seed <= 1000; seed++) {
      const random = seededRandom(seed)
      const wealth = newWealth()
      let last = 0
      for (let step = 0; step < 200; step++) {
        last = next(random, last)
        bet(wealth, last)
        if (logMean(wealth) < Math.log(threshold)) continue
        crossed++
        break
      }
    }
    return crossed / 1000
  }

  it('expects no gain from what is worth nothing', () => {
    let sum = 0
    for (let seed = 1; seed <= 20_000; seed++) {
      const random = seededRandom(seed)
      const wealth = newWealth()
      for (let step = 0; step < 5; step++) bet(wealth, fair(random))
      sum += Math.exp(logMean(wealth))
    }
    expect(sum / 20_000).toBeGreaterThan(0.9)
    expect(sum / 20_000).toBeLessThan(1.03)
  })

  it.each([5, 10, 20])('exceeds %d at any time as seldom as Ville says', (threshold) => {
    expect(exceeding(threshold, fair)).toBeLessThan(1 / threshold + 0.02)
    expect(exceeding(threshold, martingale)).toBeLessThan(1 / threshold + 0.02)
  })

  it('grows where there is something to gain', () => {
    expect(exceeding(20, (random) => Math.min(1, fair(random) + 0.2))).toBeGreaterThan(0.8)
  })

  it('is the same worked out at once', () => {
    const value = fc.double({ min: -1, max: 1, noNaN: true })
    fc.assert(
      fc.property(fc.array(value, { maxLength: 400 }), (values) => {
        const wealth = newWealth()
        for (const x of values) bet(wealth, x)
        expect(logWealthAgainst(0, values, 1)).toBeCloseTo(logMean(wealth), 6)
      }),
    )
  })
})

describe('intervals', () => {
  /** Share of runs in which the interval misses the truth at any of many looks. */
  const missed = (
    truth: number,
    look: (values: readonly number[]) => { low: number; high: number },
    draw: (random: Random) => number,
  ): number => {
    let misses = 0
    for (let seed = 1; seed <= 300; seed++) {
      const random = seededRandom(seed)
      const values: number[] = []
      for (let step = 1; step <= 120; step++) {
        values.push(draw(random))
        if (step % 5 !== 0) continue
        const { low, high } = look(values)
        if (low <= truth && truth <= high) continue
        misses++
        break
      }
    }
    return misses / 300
  }

  it('of a mean hold the truth at all looks at once', () => {
    const look = (values: readonly number[]) => meanInterval(values, 1, 0.05)
    expect(missed(0, look, fair)).toBeLessThan(0.08)
    expect(missed(-0.8, look, (random) => (random.next() < 0.1 ? 1 : -1))).toBeLessThan(0.08)
  })

  it('of a rate hold the truth at all looks at once', () => {
    const look = (values: readonly number[]) =>
      rateInterval(values.filter((value) => value === 1).length, values.length, 0.05)
    for (const rate of [0.05, 0.5, 0.9]) {
      const draw = (random: Random): number => (random.next() < rate ? 1 : 0)
      expect(missed(rate, look, draw)).toBeLessThan(0.08)
    }
  })

  it('shrink to the mean, and say nothing before the first value', () => {
    const many = Array.from({ length: 2000 }, (_, index) => (index % 2 === 0 ? 0.11 : -0.09))
    const { low, high } = meanInterval(many, 0.2, 0.05)
    expect(low).toBeGreaterThan(0)
    expect(high).toBeLessThan(0.025)
    expect(meanInterval([], 0.2, 0.05)).toEqual({ low: -0.2, high: 0.2 })
    expect(rateInterval(0, 0, 0.05)).toEqual({ low: 0, high: 1 })
    const { low: least, high: most } = rateInterval(500, 1000, 0.05)
    expect(least).toBeGreaterThan(0.43)
    expect(most).toBeLessThan(0.57)
  })
})

describe('false discovery', () => {
  it('shares out no more than there is', () => {
    let sum = 0
    for (let hypothesis = 1; hypothesis <= 1_000_000; hypothesis++) sum += shareOf(hypothesis)
    // What is left of the series is below 1 / (SUM log n).
    expect(sum + 1 / (2.11 * Math.log(1_000_000))).toBeLessThan(1)
    expect(levelOf(0.1, 5, 3)).toBeCloseTo(4 * levelOf(0.1, 5, 0))
  })
})

describe('drift', () => {
  it('is not seen in the run length it promises, while nothing changes', () => {
    const lengths = Array.from({ length: 200 }, (_, seed) => {
      const random = seededRandom(seed + 1)
      const drift = newDrift(0)
      let length = 0
      do length++
      while (watchDrift(drift, fair(random)) < 100 && length < 5000)
      return length
    })
    expect(lengths.reduce((sum, length) => sum + length, 0) / 200).toBeGreaterThan(100)
  })

  it('is seen soon after', () => {
    const random = seededRandom(3)
    const drift = newDrift(0.1)
    for (let step = 0; step < 50; step++) watchDrift(drift, 0.2 + fair(random) / 4)
    let delay = 0
    do delay++
    while (watchDrift(drift, -0.2 + fair(random) / 4) < 1000)
    expect(delay).toBeLessThan(60)
  })
})

describe('scores', () => {
  it('are best for honest probabilities', () => {
    const honest = fc.double({ min: 0.01, max: 0.99, noNaN: true })
    fc.assert(
      fc.property(honest, honest, (truth, said) => {
        const expected = (of: (p: number, success: boolean) => number, p: number): number =>
          truth * of(p, true) + (1 - truth) * of(p, false)
        expect(expected(brierScore, truth)).toBeLessThanOrEqual(expected(brierScore, said) + 1e-12)
        expect(expected(logScore, truth)).toBeGreaterThanOrEqual(expected(logScore, said) - 1e-12)
      }),
    )
    expect(logScore(0, true)).toBeCloseTo(Math.log(0.001))
  })

  it('take costs from what acting on a prediction brings', () => {
    expect(netReturn(-0.02, -0.01, 10)).toBeCloseTo(0.019)
    expect(netReturn(-0.02, null, 10)).toBeCloseTo(-0.021)
    expect(netReturn(0.02, 0.01, 0)).toBeCloseTo(0.02)
  })

  it('show in a table where what was said came true', () => {
    const judged = [0.62, 0.68, 0.95, 1].map((confidence, index) => ({
      confidence,
      success: index > 0,
    }))
    expect(calibrationTable(judged)).toEqual([
      { from: 0.6, to: 0.7, count: 2, said: 0.65, came: 0.5 },
      { from: 0.9, to: 1, count: 2, said: 0.975, came: 1 },
    ])
  })
})
