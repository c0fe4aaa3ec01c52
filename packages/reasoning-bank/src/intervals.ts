import { logWealthAgainst } from './stakes.ts'

/** Both ends hold at all sample sizes at once, with probability 1 - error: a confidence sequence. */
export interface Interval {
  readonly low: number
  readonly high: number
}

const STEPS = 30
const VALUES_MOST = 2048

/**
 * Mean of values in [-bound, bound]: what bets against from either side have not refuted (Waudby-Smith & Ramdas
 * 2024, section 4.4, with fixed stakes). Values outside count as the bound. Of many values the bets are on means of
 * blocks, whose size doubles; each size has its share of the error, so that all of them hold at once.
 */
export function meanInterval(values: readonly number[], bound: number, error: number): Interval {
  if (values.length === 0) return { low: -bound, high: bound }
  const doublings = Math.max(0, Math.ceil(Math.log2(values.length / VALUES_MOST)))
  const means = blockMeans(values, 2 ** doublings, bound)
  const threshold = Math.log((2 / error) * 2 ** (doublings + 1))
  return {
    low: bound * refutedUpTo(means, 1, threshold),
    high: -bound * refutedUpTo(means, -1, threshold),
  }
}

/** Scaled to [-1, 1]; a last block that is not full is left out. */
function blockMeans(values: readonly number[], size: number, bound: number): Float64Array {
  const means = new Float64Array(Math.floor(values.length / size))
  for (let at = 0; at < means.length * size; at++) {
    means[Math.floor(at / size)]! += clip(values[at]! / bound) / size
  }
  return means
}

export function clip(value: number): number {
  return Math.min(1, Math.max(-1, value))
}

/** Largest m such that `mean <= m` is refuted; the wealth falls as m grows. */
function refutedUpTo(values: Float64Array, sign: 1 | -1, threshold: number): number {
  return bisect(-1, 1, (m) => logWealthAgainst(m, values, sign) >= threshold)
}

/**
 * Rate of successes: rates whose likelihood is not refuted by the Beta(1/2, 1/2) mixture of all rates (Robbins
 * 1970; Howard, Ramdas, McAuliffe & Sekhon 2021, "Time-uniform, nonparametric, nonasymptotic confidence
 * sequences", Ann. Statist. 49).
 */
export function rateInterval(successes: number, samples: number, error: number): Interval {
  if (samples === 0) return { low: 0, high: 1 }
  const failures = samples - successes
  const mixture = logBeta(successes + 0.5, failures + 0.5) - logBeta(0.5, 0.5)
  const refuted = (rate: number): boolean =>
    mixture - successes * Math.log(rate) - failures * Math.log1p(-rate) >= Math.log(1 / error)
  const middle = successes / samples
  return {
    low: successes === 0 ? 0 : bisect(0, middle, refuted),
    high: failures === 0 ? 1 : 1 - bisect(0, 1 - middle, (miss) => refuted(1 - miss)),
  }
}

/** Where `holds` ends to hold between low, where it is taken to hold, and high. */
function bisect(low: number, high: number, holds: (at: number) => boolean): number {
  let [from, to] = [low, high]
  for (let step = 0; step < STEPS; step++) {
    const middle = (from + to) / 2
    if (holds(middle)) from = middle
    else to = middle
  }
  return from
}

function logBeta(a: number, b: number): number {
  return logGamma(a) + logGamma(b) - logGamma(a + b)
}

/** Stirling's series after the recurrence has made x large (Abramowitz & Stegun 6.1.15 and 6.1.41). */
function logGamma(x: number): number {
  let shift = 0
  let z = x
  for (; z < 10; z++) shift += Math.log(z)
  const inverse = 1 / (z * z)
  const series = (1 / 12 - inverse * (1 / 360 - inverse * (1 / 1260 - inverse / 1680))) / z
  return (z - 0.5) * Math.log(z) - z + 0.5 * Math.log(2 * Math.PI) + series - shift
}
