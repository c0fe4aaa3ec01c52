import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { seededRandom, systemRandom } from './random.ts'

describe('randomness', () => {
  it('repeats from its seed, within [0, 1)', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const [one, two] = [seededRandom(seed), seededRandom(seed)]
        for (let i = 0; i < 20; i++) {
          const value = one.next()
          expect(value).toBe(two.next())
          expect(value >= 0 && value < 1).toBe(true)
        }
        expect(one.sessionId()).toBe(two.sessionId())
      }),
    )
  })

  it('differs between seeds', () => {
    expect(seededRandom(1).next()).not.toBe(seededRandom(2).next())
  })

  it('of the system never names a session twice', () => {
    const random = systemRandom()
    expect(random.sessionId()).not.toBe(random.sessionId())
  })
})
