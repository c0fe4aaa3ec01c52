import { decimalFromNumber, microsOf, seededRandom, type Micros } from '@waggle/base'
import { memoryBus, SWARM, type MemoryBus } from './memory-bus.ts'

export const DAY: Micros = 86_400_000_000
export const FIRST_DAY: Micros = microsOf('2010-01-01T21:00:00Z')

/** A bar that opens where it says and closes where it says. */
export interface PlainBar {
  readonly open: number
  readonly close: number
  readonly volume?: number
  readonly instrument?: string
}

/** Prices of a random walk, from a seed. */
export function walk(days: number, seed = 1): PlainBar[] {
  const random = seededRandom(seed)
  let last = 100
  return Array.from({ length: days }, () => {
    const open = round(last * (1 + (random.next() - 0.5) * 0.01))
    const close = round(open * (1 + (random.next() - 0.495) * 0.03))
    last = close
    return { open, close, volume: 1000 }
  })
}

/** A live log of daily bars from FIRST_DAY on, each known at its close. */
export async function recordedBars(bars: readonly PlainBar[]): Promise<MemoryBus> {
  const bus = await memoryBus()
  await recordBars(bus, bars)
  return bus
}

export async function recordBars(
  bus: MemoryBus,
  bars: readonly PlainBar[],
  from: Micros = FIRST_DAY,
): Promise<void> {
  const emitter = bus.emitter('feed', { session: `feed-${from}` })
  const drafts = bars.map(({ open, close, volume = 1000, instrument = 'SPX' }, day) => ({
    kind: 'bar' as const,
    instrument,
    interval: 'P1D',
    open: decimalFromNumber(open),
    high: decimalFromNumber(Math.max(open, close)),
    low: decimalFromNumber(Math.min(open, close)),
    close: decimalFromNumber(close),
    volume: decimalFromNumber(volume),
    known_at: from + day * DAY,
  }))
  for (let at = 0; at < drafts.length; at += 1000)
    await emitter.emitAll(drafts.slice(at, at + 1000))
}

export function sourceOf({ log, codec }: MemoryBus) {
  return { log, codec, swarm: SWARM }
}

function round(value: number): number {
  return Math.round(value * 100) / 100
}
