export interface Weighted {
  readonly value: number
  readonly weight: number
}

/**
 * The lower weighted median: the least value at which the weight of all values up to it reaches half of all
 * weight; null if there is none. Weights are summed by rising value, equal values in the order given.
 */
export function medianOf(values: readonly Weighted[]): number | null {
  return quantileAt(byValue(values), 0, 0)
}

/** Whether `outstanding` weight, wherever it went and as much of it as liked, leaves the median as it is. */
export function settledMedian(values: readonly Weighted[], outstanding: number): boolean {
  if (outstanding === 0) return true
  const sorted = byValue(values)
  // Weight moves a median the furthest when all of it stands below, or above, every value.
  const least = quantileAt(sorted, outstanding, 0)
  const most = quantileAt(sorted, 0, outstanding)
  return least !== null && most !== null && least === most
}

/** The median with this much weight more below, and above, all values; null where it would be among that. */
function quantileAt(sorted: readonly Weighted[], below: number, above: number): number | null {
  let total = below
  for (const { weight } of sorted) total += weight
  total += above
  let upTo = below
  if (total === 0 || (below > 0 && upTo * 2 >= total)) return null
  for (const { value, weight } of sorted) {
    upTo += weight
    if (upTo * 2 >= total) return value
  }
  return null
}

function byValue(values: readonly Weighted[]): Weighted[] {
  return [...values].sort((a, b) => a.value - b.value)
}
