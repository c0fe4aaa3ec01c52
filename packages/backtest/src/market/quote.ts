import type { Decimal, Micros } from '@waggle/base'
import type { WaggleEvent } from '@waggle/event'

/** What a recorded event says of prices. */
export interface Quote {
  readonly instrument: string
  readonly at: Micros
  /** The first price since the quote before; equal to `close` for a single trade. */
  readonly open: Decimal
  readonly close: Decimal
  readonly volume: Decimal
}

/** Of bars and trades; undefined for other events. */
export function quoteOf(event: WaggleEvent, at: Micros): Quote | undefined {
  if (event.kind === 'bar') {
    const { instrument, open, close, volume } = event
    return { instrument, at, open, close, volume }
  }
  if (event.kind !== 'trade') return undefined
  const { instrument, price, quantity } = event
  return { instrument, at, open: price, close: price, volume: quantity }
}
