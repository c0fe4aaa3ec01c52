import { describe, expect, it } from 'vitest'
import { demotionDelays, edgeWorlds, noiseWorlds } from './reasoning-bank.ts'
import type { Noise } from '../support/bank-world.ts'
import { quantile } from '../bench/measure.ts'
import { DEFAULT_BANK } from '@waggle/reasoning-bank'
import { SLOW_TIER } from '../support/slow-tier.ts'

const TIMEOUT = 600_000
/** Seeds that no default of the bank was chosen on begin at 7,000. */
const seedsOf = (few: number, many: number): number[] =>
  Array.from({ length: SLOW_TIER ? many : few }, (_, index) => 7000 + index)

describe('in worlds without anything to find', { timeout: TIMEOUT }, () => {
  it.each<Noise>(['normal', 'heavy', 'autocorrelated', 'clustered', 'skewed'])(
    '%s returns: something is promoted in no more worlds than stated; the usual rules promote in many',
    (noise) => {
      const { promoting } = noiseWorlds(noise, seedsOf(50, 400), 1200)
      const [bank, ...usual] = promoting
      // Nothing true is there to be found, so the false-discovery rate is the share of worlds with a promotion.
      expect(bank!.high).toBeLessThanOrEqual(DEFAULT_BANK.falseDiscoveryRate)
      for (const share of usual) expect(share.low).toBeGreaterThan(0.3)
    },
  )
})

describe(
  'in worlds with a planted edge, on held-out bars of seeds never seen',
  { timeout: TIMEOUT },
  () => {
    it.each<readonly [number, Noise]>([
      [0.008, 'normal'],
      [0.008, 'heavy'],
      [0.008, 'clustered'],
      [0.008, 'skewed'],
    ])('an edge of %d under %s noise: less regret than the usual rules', (edge, noise) => {
      const [bank, useCount, rateOnce, rateNow] = edgeWorlds(edge, noise, seedsOf(20, 200), 3000)
      expect(useCount!.moreThanBank.low).toBeGreaterThan(0)
      expect(rateOnce!.moreThanBank.low).toBeGreaterThan(0)
      // A rate that is looked at again before each act is harder to beat: that takes many seeds to see.
      if (SLOW_TIER) expect(rateNow!.moreThanBank.low).toBeGreaterThan(0)
      expect(bank!.power.mean).toBeGreaterThan(0.8)
      expect(bank!.falseShare.high).toBeLessThanOrEqual(DEFAULT_BANK.falseDiscoveryRate)
    })
  },
)

describe('when an edge turns round', () => {
  it('the pattern is demoted within bounds, and seldom before', () => {
    const { delays, early, promoted } = demotionDelays(0.012, seedsOf(20, 200), 2000)
    expect(promoted).toBeGreaterThan(delays.length / 2)
    expect(quantile(delays, 0.5)).toBeLessThan(80)
    expect(quantile(delays, 1)).toBeLessThan(250)
    expect(early).toBeLessThanOrEqual(promoted / 4)
  })
})
