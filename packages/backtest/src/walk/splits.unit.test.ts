import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { purged, purgedFolds, walkForward } from './splits.ts'

describe('walk-forward splits', () => {
  it('roll on by the length of a test, or begin where everything began', () => {
    const options = { from: 0, to: 100, train: 40, test: 20, embargo: 5 }
    expect(walkForward(options)).toEqual([
      { train: { from: 0, to: 40 }, test: { from: 45, to: 65 } },
      { train: { from: 20, to: 60 }, test: { from: 65, to: 85 } },
    ])
    expect(walkForward({ ...options, mode: 'expanding' })[1]!.train).toEqual({ from: 0, to: 60 })
    expect(() => walkForward({ ...options, test: 0 })).toThrow(/length/)
  })

  it('never test on what was learned from, and test no time twice', () => {
    const lengths = fc.record({
      train: fc.integer({ min: 1, max: 50 }),
      test: fc.integer({ min: 1, max: 50 }),
      embargo: fc.nat(20),
      mode: fc.constantFrom('rolling' as const, 'expanding' as const),
      to: fc.nat(500),
    })
    fc.assert(
      fc.property(lengths, (given) => {
        const splits = walkForward({ ...given, from: 0 })
        splits.forEach(({ train, test }, index) => {
          expect(train.from).toBeGreaterThanOrEqual(0)
          expect(train.to - train.from).toBeGreaterThanOrEqual(given.train)
          expect(test.from - train.to).toBe(given.embargo)
          expect(test.to).toBeLessThanOrEqual(given.to)
          if (index > 0) expect(test.from).toBe(splits[index - 1]!.test.to)
        })
      }),
    )
  })
})

const samples = fc
  .array(fc.record({ at: fc.nat(200), length: fc.nat(30) }), { minLength: 4, maxLength: 60 })
  .map((all) =>
    all.map(({ at, length }) => ({ at, until: at + length })).toSorted((a, b) => a.at - b.at),
  )

describe('purging', () => {
  it('takes away what overlaps the test, and what follows within the embargo', () => {
    const given = [
      { at: 0, until: 5 },
      { at: 6, until: 10 },
      { at: 8, until: 30 },
      { at: 20, until: 21 },
      { at: 22, until: 25 },
      { at: 25, until: 30 },
    ]
    expect(purged(given, { from: 10, to: 20 }, 5)).toEqual([given[0], given[5]])
  })

  it('leaves no training sample that shares a moment with a test sample of its fold', () => {
    fc.assert(
      fc.property(samples, fc.integer({ min: 2, max: 4 }), fc.nat(10), (given, folds, embargo) => {
        const made = purgedFolds(given, folds, embargo)
        expect(made.flatMap(({ test }) => test)).toEqual(given)
        for (const { train, test } of made)
          for (const learned of train)
            for (const tried of test) {
              expect(learned.until < tried.at || learned.at > tried.until + embargo).toBe(true)
            }
      }),
    )
    expect(() => purgedFolds([], 2)).toThrow(/0 samples/)
  })
})
