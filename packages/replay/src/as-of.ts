import { WaggleError, type Micros } from '@waggle/base'
import { partitionName, positionText, type Position } from '@waggle/event'

/**
 * What an answer about the past rests on: what counted as known at a time (microseconds), or what stands before
 * a position in each partition; partitions without one are read to their end.
 */
export type AsOf = Micros | readonly Position[]

/** The cut in storage that an as-of read makes: a prefix of every partition. */
export interface Cut {
  /** Infinity where positions cut. */
  readonly at: Micros
  /** How far each partition is read: not beyond its end, and not beyond its position. */
  readonly ends: readonly Position[]
}

/** NOT_FOUND for a position that the log does not have yet: an answer about it would change. */
export function cutOf(asOf: AsOf, ends: readonly Position[]): Cut {
  if (typeof asOf === 'number') return { at: asOf, ends }
  const wanted = new Map(asOf.map((position) => [partitionName(position), position]))
  return {
    at: Infinity,
    ends: ends.map((end) => {
      const position = wanted.get(partitionName(end)) ?? end
      if (position.offset <= end.offset) return position
      const input = positionText(position)
      throw new WaggleError('NOT_FOUND', `The log does not reach ${input}`, { input })
    }),
  }
}
