import { decimalToNumber, multiplyDecimal, type Decimal, type Micros } from '@waggle/base'
import type { WaggleEvent } from '@waggle/event'
import { forkEvents, type ForkEventsOptions } from './fork-events.ts'

/** What a run has gained or lost since it began with nothing, at the close of each bar, in units of money. */
export interface EquityPoint {
  readonly at: Micros
  readonly gain: number
}

/** Cash paid and received for fills, fees too, and what is held at the last close of each instrument. */
export async function runEquity(
  options: Omit<ForkEventsOptions, 'topics' | 'onErased'>,
): Promise<EquityPoint[]> {
  const points: EquityPoint[] = []
  const held = new Map<string, Decimal>()
  const closes = new Map<string, Decimal>()
  let cash: Decimal = 0n
  const take = (event: WaggleEvent): void => {
    if (event.kind === 'bar') closes.set(event.instrument, event.close)
    if (event.kind !== 'fill') return
    held.set(event.instrument, (held.get(event.instrument) ?? 0n) + event.quantity)
    cash -= multiplyDecimal(event.quantity, event.price) + event.fee
  }
  const topics = ['waggle.bars.v1', 'waggle.fills.v1']
  for await (const { event, knownFrom } of forkEvents({ ...options, topics, onErased: () => {} })) {
    take(event)
    let worth = cash
    for (const [instrument, units] of held)
      worth += multiplyDecimal(units, closes.get(instrument) ?? 0n)
    const point = { at: knownFrom, gain: decimalToNumber(worth) }
    if (points.at(-1)?.at === knownFrom) points[points.length - 1] = point
    else points.push(point)
  }
  return points
}
