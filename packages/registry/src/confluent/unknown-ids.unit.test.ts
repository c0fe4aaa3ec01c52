import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { UnknownIds } from './unknown-ids.ts'

describe('ids that are unknown', () => {
  it('are so for a while', () => {
    const ids = new UnknownIds(1)
    ids.add(7, 0)
    expect([ids.has(7, 999), ids.has(7, 1000), ids.has(8, 0)]).toEqual([true, false, false])
    ids.add(7, 1500)
    expect([ids.has(7, 2000), ids.count(2000), ids.count(2500)]).toEqual([true, 1, 0])
  })

  it('are as many as were added within the while: the same as in a list without bounds', () => {
    const step = fc.record({ id: fc.nat(5), wait: fc.nat(800) })
    fc.assert(
      fc.property(fc.array(step), (steps) => {
        const ids = new UnknownIds(1)
        const added = new Map<number, number>()
        let now = 0
        for (const { id, wait } of steps) {
          now += wait
          const fresh = [...added.values()].filter((at) => at + 1000 > now)
          expect(ids.count(now)).toBe(fresh.length)
          expect(ids.has(id, now)).toBe((added.get(id) ?? -1000) + 1000 > now)
          ids.add(id, now)
          added.set(id, now)
        }
      }),
    )
  })

  it('are bounded: the oldest are forgotten', () => {
    const ids = new UnknownIds(1000)
    for (let id = 1; id <= 10_005; id++) ids.add(id, 0)
    expect([ids.count(0), ids.has(5, 0), ids.has(6, 0)]).toEqual([10_000, false, true])
  })
})
