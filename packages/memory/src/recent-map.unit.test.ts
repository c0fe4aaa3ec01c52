import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { RecentMap } from './recent-map.ts'

describe('a cache of recent entries', () => {
  it('gives only what was set last, keeps the newest half, and stays within its bound', () => {
    const step = fc.record({
      what: fc.constantFrom('set', 'set', 'set', 'delete'),
      id: fc.nat(30).map(String),
      value: fc.nat(),
    })
    fc.assert(
      fc.property(
        fc.array(step, { maxLength: 200 }),
        fc.integer({ min: 2, max: 12 }),
        (steps, max) => {
          const cache = new RecentMap<number>(max)
          const model = new Map<string, number>()
          steps.forEach(({ what, id, value }, time) => {
            model.delete(id)
            if (what === 'delete') cache.delete(id)
            else {
              cache.set(id, value, time)
              model.set(id, value)
            }
            expect(cache.size).toBeLessThanOrEqual(2 * Math.ceil(max / 2))
          })
          const newest = [...model.keys()].slice(-Math.ceil(max / 2))
          for (let id = 0; id <= 30; id++) {
            const found = cache.get(String(id))
            if (found !== undefined) expect(found).toBe(model.get(String(id)))
          }
          if (steps.every(({ what }) => what === 'set'))
            for (const id of newest.slice(-1)) expect(cache.get(id)).toBe(model.get(id))
        },
      ),
    )
  })

  it('forgets generations by the time of their newest entry', () => {
    const cache = new RecentMap<number>(4)
    for (let time = 0; time < 4; time++) cache.set(String(time), time, time)
    cache.forget(2)
    expect([0, 1, 2, 3].map((id) => cache.get(String(id)))).toEqual([undefined, undefined, 2, 3])
    cache.forget(10)
    expect(cache.size).toBe(0)
  })
})
