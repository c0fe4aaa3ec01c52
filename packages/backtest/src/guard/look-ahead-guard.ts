import { isoOf, WaggleError, type Micros } from '@waggle/base'

/**
 * AS_OF: a question about the future. NOT_KNOWN: a bar that is not known yet. EARLY_OUTCOME: what came of a decision,
 * said before its horizon. FALSE_TIME: an event said to be known at another time than it is said at. WALL_CLOCK: the
 * time outside. STALE_CONTEXT: a context used after its step. UNAWAITED: a read that was not waited for.
 */
export type LookAheadKind =
  | 'AS_OF'
  | 'NOT_KNOWN'
  | 'EARLY_OUTCOME'
  | 'FALSE_TIME'
  | 'WALL_CLOCK'
  | 'STALE_CONTEXT'
  | 'UNAWAITED'

export interface LookAhead {
  readonly kind: LookAheadKind
  /** Simulated time of the attempt. */
  readonly at: Micros
  readonly what: string
}

/** Refuses what would look ahead, and remembers that it was tried, whatever the agent does about the error. */
export class LookAheadGuard {
  readonly attempts: LookAhead[] = []
  readonly #clock: { readonly at: Micros }

  constructor(clock: { readonly at: Micros }) {
    this.#clock = clock
  }

  /** The time wanted, the present one if none is. */
  bound(asOf: Micros | undefined, kind: LookAheadKind, what: string): Micros {
    const { at } = this.#clock
    if (asOf === undefined) return at
    if (!(asOf <= at))
      this.refuse(kind, `${what} as of ${Number.isFinite(asOf) ? isoOf(asOf) : asOf}`)
    return asOf
  }

  refuse(kind: LookAheadKind, what: string): never {
    throw this.note(kind, what)
  }

  note(kind: LookAheadKind, what: string): WaggleError {
    const { at } = this.#clock
    this.attempts.push({ kind, at, what })
    return new WaggleError('LOOK_AHEAD', `At ${isoOf(at)}: ${what}`, { field: kind, input: at })
  }
}
