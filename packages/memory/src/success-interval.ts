/** A success rate with the interval that holds the true one in 95 of 100 cases. */
export interface SuccessRate {
  readonly samples: number
  readonly successes: number
  readonly rate: number
  readonly low: number
  readonly high: number
}

const Z_95 = 1.959963984540054

/**
 * Score interval of a binomial proportion: Wilson, "Probable Inference, the Law of Succession, and Statistical
 * Inference", JASA 22 (1927), 209-212. It stays within 0 and 1, and is not empty for 0 or n successes. Without
 * samples it says nothing: 0 to 1.
 */
export function successRate(successes: number, samples: number): SuccessRate {
  if (samples === 0) return { samples, successes, rate: 0, low: 0, high: 1 }
  const rate = successes / samples
  const z2 = Z_95 ** 2
  const center = (rate + z2 / (2 * samples)) / (1 + z2 / samples)
  const spread =
    (Z_95 / (1 + z2 / samples)) * Math.sqrt((rate * (1 - rate)) / samples + z2 / (4 * samples ** 2))
  return {
    samples,
    successes,
    rate,
    low: Math.max(0, center - spread),
    high: Math.min(1, center + spread),
  }
}
