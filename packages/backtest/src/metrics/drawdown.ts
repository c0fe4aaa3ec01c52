/** The deepest fall from a peak; indices are of the values given. */
export interface Drawdown {
  /** Share of the peak that was lost, 0 to 1 (more where equity goes below 0). */
  readonly depth: number
  readonly peak: number
  readonly trough: number
  /** First value at or above the peak again; undefined while it is under water. */
  readonly recovery: number | undefined
  /** Periods of the longest time under water, the deepest or another one. */
  readonly longest: number
}

/** The deepest fall from a peak in a series of values. */
export function maxDrawdown(values: readonly number[]): Drawdown {
  let best = { depth: 0, peak: 0, trough: 0 }
  let longest = 0
  let top = 0
  values.forEach((value, index) => {
    if (value >= values[top]!) {
      longest = Math.max(longest, index - top > 1 ? index - top : 0)
      top = index
      return
    }
    longest = Math.max(longest, index - top)
    const depth = 1 - value / values[top]!
    if (depth > best.depth) best = { depth, peak: top, trough: index }
  })
  const after = values.findIndex(
    (value, index) => index > best.trough && value >= values[best.peak]!,
  )
  const recovery = best.depth === 0 || after < 0 ? undefined : after
  return { ...best, recovery, longest }
}

/** Loss from the highest value so far, at each value: 0 or negative. */
export function underWater(values: readonly number[]): number[] {
  let peak = -Infinity
  return values.map((value) => {
    peak = Math.max(peak, value)
    return value / peak - 1
  })
}
