/** An evenly thinned sample of all values so far, sorted: exact up to 256 values, then every 2nd, every 4th ... */
export interface Quantiles {
  readonly sorted: number[]
  seen: number
  stride: number
}

const KEPT_MOST = 256
const SEEN_LEAST = 30
const THIRDS = ['low', 'mid', 'high'] as const

export function newQuantiles(): Quantiles {
  return { sorted: [], seen: 0, stride: 1 }
}

export function learnValue(quantiles: Quantiles, value: number): void {
  const { sorted } = quantiles
  if (quantiles.seen++ % quantiles.stride !== 0) return
  sorted.splice(placeOf(sorted, value), 0, value)
  if (sorted.length < KEPT_MOST) return
  const kept = sorted.filter((_, index) => index % 2 === 1)
  sorted.splice(0, sorted.length, ...kept)
  quantiles.stride *= 2
}

export function bucketOf({ sorted, seen }: Quantiles, value: number): string | undefined {
  if (seen < SEEN_LEAST) return undefined
  // Equal values share their middle place, so that a constant is in the middle third.
  const below = placeOf(sorted, value)
  let equal = below
  while (sorted[equal] === value) equal++
  const rank = (below + equal) / 2 / sorted.length
  return THIRDS[Math.min(2, Math.floor(rank * 3))]
}

/** Index of the first item that is not smaller. */
function placeOf(sorted: readonly number[], value: number): number {
  let [from, to] = [0, sorted.length]
  while (from < to) {
    const middle = (from + to) >> 1
    if (sorted[middle]! < value) from = middle + 1
    else to = middle
  }
  return from
}
