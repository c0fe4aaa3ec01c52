import { decimalFromNumber, type Decimal, type Micros, type Random } from '@waggle/base'
import type { KnownEvent } from '@waggle/consume'
import type { AnyDraft } from '@waggle/emit'
import type { Bar } from '@waggle/event'
import type { MemoryAsOf } from '@waggle/memory'
import type { HotAsOf } from '@waggle/replay'
import type { LookAheadGuard } from './guard/look-ahead-guard.ts'
import { runOutside } from './guard/wall-clock-trap.ts'
import type { Portfolio } from './market/portfolio.ts'
import type { EventFilter, RecordedPast } from './recorded-past.ts'

/**
 * Something an agent says: an event of any kind. A decision with `instrument` and `quantity` is an order. `by` names
 * the agent of the swarm that says it; the one under test if left out.
 */
export type Action = AnyDraft & { readonly by?: string }

export interface ContextParts {
  readonly guard: LookAheadGuard
  readonly past: RecordedPast
  readonly portfolio: Portfolio
  readonly random: Random
  readonly say: (action: Action) => string
}

const ONE: Decimal = 1_000_000_000n

/**
 * What an agent has in one step. All it reads was known at `now`; asking for more is LOOK_AHEAD, and so is using it
 * when its step is over.
 */
export class BacktestContext {
  /** Simulated time: when the observation of this step counted as known, in microseconds. */
  readonly now: Micros
  readonly #parts: ContextParts
  #open = true
  #reading = 0

  constructor(now: Micros, parts: ContextParts) {
    this.now = now
    this.#parts = parts
  }

  /** The seed's chance. */
  get random(): Random {
    return this.#live().random
  }
  get cash(): Decimal {
    return this.#live().portfolio.cash
  }
  get equity(): Decimal {
    return this.#live().portfolio.equity
  }
  /** Signed units held. */
  position(instrument: string): Decimal {
    return this.#live().portfolio.quantity(instrument)
  }
  /** Whole units to buy (positive) or sell so that this share of the equity is held, at the last price. */
  quantityFor(instrument: string, exposure: number): Decimal {
    const { portfolio } = this.#live()
    const mark = portfolio.holdings.get(instrument)?.mark ?? 0n
    if (mark <= 0n) return 0n
    const wanted = (portfolio.equity * decimalFromNumber(exposure)) / mark
    return (wanted / ONE) * ONE - portfolio.quantity(instrument)
  }

  /** The newest bars of an instrument, oldest first. */
  bars(instrument: string, count: number): Bar[] {
    return this.#live().past.bars(instrument, count)
  }
  /** The newest bar known at a time. NOT_FOUND where there was none. */
  barAt(instrument: string, at: Micros): Bar {
    const { past, guard } = this.#live()
    return past.barAt(instrument, guard.bound(at, 'NOT_KNOWN', `a bar of ${instrument}`))
  }
  /** What was remembered in the recorded run by then, rebuilt from the log. */
  memory(asOf?: Micros): Promise<MemoryAsOf> {
    const { past, guard } = this.#live()
    const bound = guard.bound(asOf, 'AS_OF', 'memory')
    return this.#read(() => past.memory(bound))
  }
  /** What the recorded swarm knew by then. */
  hot(asOf?: Micros): Promise<HotAsOf> {
    const { past, guard } = this.#live()
    const bound = guard.bound(asOf, 'AS_OF', 'the hot view')
    return this.#read(() => past.hot(bound))
  }
  /** Recorded events that counted as known by then, in known order. */
  events({ kinds, asOf }: EventFilter = {}): Promise<KnownEvent[]> {
    const { past, guard } = this.#live()
    const bound = guard.bound(asOf, 'AS_OF', 'events')
    return this.#read(() => past.events(kinds, bound))
  }

  /** Says something at once; its id, for what rests on it. */
  say(action: Action): string {
    return this.#live().say(action)
  }

  /** For the harness: ends the step. */
  static close(context: BacktestContext): void {
    context.#open = false
    const reading = context.#reading
    if (reading > 0)
      context.#parts.guard.refuse('UNAWAITED', `${reading} reads go on beyond their step`)
  }

  #live(): ContextParts {
    const { guard } = this.#parts
    return this.#open
      ? this.#parts
      : guard.refuse('STALE_CONTEXT', 'the context of an earlier step was used')
  }

  async #read<T>(read: () => Promise<T>): Promise<T> {
    this.#reading++
    try {
      return await runOutside(read)
    } finally {
      this.#reading--
    }
  }
}
