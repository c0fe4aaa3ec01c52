import { it } from 'vitest'
import { checkSeed } from './checkers.ts'

/** A thousand seeds beside the hundred before. */
const FIRST = 1001
const SEEDS = 1000

it('keeps the laws of the bus on a thousand seeds', { timeout: 1_800_000 }, async () => {
  for (let seed = FIRST; seed < FIRST + SEEDS; seed++) await checkSeed(seed)
})
