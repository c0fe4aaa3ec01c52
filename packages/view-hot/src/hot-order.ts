import type { Micros } from '@waggle/base'
import { comparePositions, type Position } from '@waggle/event'

/**
 * The total order of everything a swarm learned: (known_from, topic, partition, offset). Views that keep
 * "the newest" by it do not depend on which partition was read first.
 */
export interface Ordered {
  readonly knownFrom: Micros
  readonly position: Position
}

export function compareOrder(a: Ordered, b: Ordered): number {
  return a.knownFrom - b.knownFrom || comparePositions(a.position, b.position)
}

/** Keeps the `max` newest, newest last; returns the same array. */
export function keepNewest<T extends Ordered>(newest: T[], entry: T, max: number): T[] {
  let at = newest.length
  while (at > 0 && compareOrder(newest[at - 1]!, entry) > 0) at--
  if (at === 0 && newest.length >= max) return newest
  newest.splice(at, 0, entry)
  if (newest.length > max) newest.shift()
  return newest
}
