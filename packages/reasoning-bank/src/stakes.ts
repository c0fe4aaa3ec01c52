/**
 * Betting on a mean. Values x lie in [-1, 1]; whoever doubts `mean <= m` stakes a share s of its wealth on each
 * value: W <- W (1 + s (x - m) / (1 + m)), which is never negative. If the mean given the past is at most m, W
 * expects no gain, so W is an e-process: it may be looked at after every value, and exceeds c at any time with
 * probability at most 1/c (Ville 1939; Waudby-Smith & Ramdas 2024, "Estimating means of bounded random variables
 * by betting", JRSS B 86, sections 4 and 5). The mean over fixed stakes is one too, and loses at most
 * log(number of stakes) against the best of them.
 */
export const STAKES: readonly number[] = [0.02, 0.05, 0.1, 0.2, 0.4, 0.7, 0.95]

/** Logarithm of the wealth of each stake. */
export type Wealth = Float64Array

export function newWealth(): Wealth {
  return new Float64Array(STAKES.length)
}

/** Takes a value in [-1, 1] in place; the doubted mean is 0. */
export function bet(wealth: Wealth, x: number): void {
  for (let i = 0; i < STAKES.length; i++) wealth[i]! += Math.log1p(STAKES[i]! * x)
}

/** Logarithm of the mean of what these are the logarithms of. */
export function logMean(logs: Wealth): number {
  let most = -Infinity
  for (const log of logs) most = Math.max(most, log)
  let sum = 0
  for (const log of logs) sum += Math.exp(log - most)
  return most + Math.log(sum / logs.length)
}

/** Logarithm of the wealth against `mean <= m` after these values; `sign` -1 turns the values round. */
export function logWealthAgainst(m: number, values: ArrayLike<number>, sign: 1 | -1): number {
  const logs = newWealth()
  for (let i = 0; i < STAKES.length; i++) {
    const stake = STAKES[i]! / (1 + m)
    const rest = 1 - stake * m
    // Products of some factors, then one logarithm: factors lie within [0.05, 2 / (1 + m)].
    let product = 1
    for (let at = 0; at < values.length; at++) {
      product *= rest + stake * sign * values[at]!
      if (product > 1e100 || product < 1e-100) {
        logs[i]! += Math.log(product)
        product = 1
      }
    }
    logs[i]! += Math.log(product)
  }
  return logMean(logs)
}
