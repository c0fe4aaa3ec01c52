import { STAKES } from './stakes.ts'

/**
 * Shiryaev-Roberts detector of e-values (Shin, Ramdas & Rinaldo 2024, "E-detectors", NEJSDS 2): for each stake
 * R <- (R + 1) (1 + stake * y), where y bets that values lie below the floor. While their mean given the past is
 * at least the floor, R minus the number of values expects no gain, so the average run length to a false alarm
 * at R >= c is at least c values.
 */
export interface Drift {
  /** Mean in [-1, 1] that is defended. */
  readonly floor: number
  readonly sums: Float64Array
}

export function newDrift(floor: number): Drift {
  return { floor, sums: new Float64Array(STAKES.length) }
}

/** Takes a value in [-1, 1] in place; returns the statistic that is compared with the run length. */
export function watchDrift({ floor, sums }: Drift, x: number): number {
  const y = (floor - x) / (1 - floor)
  let sum = 0
  for (let i = 0; i < STAKES.length; i++) {
    sums[i] = (sums[i]! + 1) * (1 + STAKES[i]! * y)
    sum += sums[i]!
  }
  return sum / STAKES.length
}
