import { z } from 'zod'
import { positionToken } from './position-token.ts'

/** Microseconds since 1970, UTC. */
export const micros = z.int().meta({ id: 'Micros', example: 1_236_556_800_000_000 })
/** ISO 8601 or microseconds. */
export const timeInput = z.string().max(40).meta({ id: 'Time', example: '2009-03-09T00:00:00Z' })

/** How fresh an answer is. */
export const freshness = z
  .object({
    /** What the view had applied; empty where the answer is read from the log itself. */
    position: positionToken,
    /** Milliseconds since the view last applied something. */
    age_ms: z.number(),
  })
  .meta({ id: 'Freshness' })

/** Of answers about the past. */
export const past = z
  .object({
    as_of: micros.nullable(),
    /** Nothing appended from now on can change the answer. */
    sealed: z.boolean(),
    /** Asked as of these positions it is the same. */
    position: positionToken,
  })
  .meta({ id: 'Past' })

export type Freshness = z.output<typeof freshness>
export type Past = z.output<typeof past>

/** An answer: data, how fresh it is, and, where it was asked for, which past it is of. */
export interface Answer<T> {
  readonly data: T
  readonly freshness: Freshness
  readonly past?: Past | undefined
}

/** Schema of an answer: its data, how fresh it is, and the past it was asked for. */
export function answer<T extends z.ZodType>(data: T) {
  return z.object({ data, freshness, past: past.optional() })
}

/** Query parameters that every read of a swarm takes. */
export const readQuery = z.object({
  /** A backtest or fork; live if left out. */
  run: z.string().min(1).max(128).optional(),
  /** As the swarm knew it at this time. */
  as_of: timeInput.optional(),
  /** As of these positions; not together with `as_of`. */
  at: positionToken.optional(),
  /** The answer includes these positions, or is VIEW_STALE (503) after `timeout_ms`. */
  after: positionToken.optional(),
  timeout_ms: z.coerce.number().int().min(0).max(60_000).optional(),
})

export type ReadQuery = z.input<typeof readQuery>

/** Headers of every read and write. */
export const HEADERS = {
  position: 'waggle-position',
  ageMs: 'waggle-age-ms',
  sealed: 'waggle-sealed',
} as const
