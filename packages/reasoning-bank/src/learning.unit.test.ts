import { expect, it } from 'vitest'
import { gridBetween } from './learning.ts'

const HOUR = 3_600_000_000

it('stays where it was as time goes on, and never has more than 31 times', () => {
  const first = 5 * HOUR + 1
  let before = new Set<number>()
  let kept = 0
  for (let hours = 1; hours < 5000; hours += 7) {
    const grid = gridBetween(first, first + hours * HOUR)
    expect(grid.length).toBeLessThanOrEqual(31)
    expect(grid.every((at) => at >= first && at < first + hours * HOUR)).toBe(true)
    expect(grid.toSorted((a, b) => a - b)).toEqual(grid)
    kept += grid.filter((at) => before.has(at)).length
    before = new Set([...before, ...grid])
  }
  expect(kept).toBeGreaterThan(10_000)
})

it('is empty where nothing lies between', () => {
  expect(gridBetween(7 * HOUR, 7 * HOUR)).toEqual([])
})
