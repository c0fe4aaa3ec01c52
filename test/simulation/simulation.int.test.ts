import { describe, expect, it } from 'vitest'
import { checkSeed, replayCommand } from './checkers.ts'
import { FAULTS, type Fault } from './faults.ts'
import { digestHistory } from './history.ts'
import { simulate } from './simulate.ts'
import { SLOW_TIER } from '../support/slow-tier.ts'

const SEED = process.env['WAGGLE_SEED']
/** Faults of a replay, by name; those of the seed if left out. */
const CHOSEN = process.env['WAGGLE_FAULTS']?.split(',')
const SEEDS = SLOW_TIER ? 100 : 20

describe('a simulated bus', () => {
  it.runIf(SEED === undefined)(
    `keeps its laws on ${SEEDS} seeds`,
    { timeout: 600_000 },
    async () => {
      for (let seed = 1; seed <= SEEDS; seed++) await checkSeed(seed)
    },
  )

  it.runIf(SEED !== undefined)(`keeps its laws on seed ${SEED}`, async () => {
    const faults = FAULTS.filter((fault) => CHOSEN?.includes(fault))
    await checkSeed(Number(SEED), CHOSEN === undefined ? {} : { faults: new Set<Fault>(faults) })
  })

  it.each([1, 2, 77])('is the same byte for byte when seed %d runs again', async (seed) => {
    const first = digestHistory(await simulate(seed))
    expect(digestHistory(await simulate(seed))).toBe(first)
    expect(digestHistory(await simulate(seed + 1))).not.toBe(first)
  })

  it('lets something go wrong and something go right', async () => {
    const statuses = new Set<unknown>()
    const codes = new Set<string>()
    for (let seed = 1; seed <= 10; seed++) {
      const history = await simulate(seed, { faults: new Set(FAULTS) })
      for (const event of history.recounted) statuses.add('status' in event && event.status)
      for (const { code } of history.refused) codes.add(code)
      expect(history.writes.length).toBeGreaterThan(0)
    }
    const locks = ['GRANTED', 'QUEUED', 'RENEWED', 'RELEASED', 'EXPIRED', 'TIMED_OUT', 'REFUSED']
    const votes = ['APPROVED', 'REJECTED']
    expect([...statuses]).toEqual(expect.arrayContaining([...locks, ...votes]))
    expect([...codes].toSorted()).toEqual(['KNOWN_IN_FUTURE', 'SEQ_DUPLICATE'])
  })

  it('says how to replay a seed', () => {
    expect(replayCommand(7, ['skew', 'crashes'])).toBe(
      'WAGGLE_SEED=7 WAGGLE_FAULTS=skew,crashes node infra/bootstrap/run.mjs vitest run test/simulation',
    )
  })
})
