import { WaggleError, type Micros } from '@waggle/base'
import type { KnownEvent } from '@waggle/consume'
import type { Bar, Kind } from '@waggle/event'
import { memoryAsOf, type MemoryAsOf } from '@waggle/memory'
import { hotAsOf, replayBatches, type HotAsOf } from '@waggle/replay'
import type { FeedOptions, Observation } from './feed.ts'

export interface EventFilter {
  readonly kinds?: readonly Kind[]
  /** What counted as known at this time; now if left out. */
  readonly asOf?: Micros
}

/** What was recorded, up to a time that the caller has checked. Cuts are made in storage. */
export class RecordedPast {
  readonly #source: FeedOptions
  readonly #bars = new Map<string, KnownBar[]>()
  #memory: { readonly asOf: Micros; readonly answer: Promise<MemoryAsOf> } | undefined
  #hot: { readonly asOf: Micros; readonly answer: Promise<HotAsOf> } | undefined

  constructor(source: FeedOptions) {
    this.#source = source
  }

  /** Takes note of what was delivered. */
  note({ event, knownFrom }: Observation): void {
    if (event.kind !== 'bar') return
    const bars = this.#bars.get(event.instrument)
    if (bars === undefined) this.#bars.set(event.instrument, [{ bar: event, knownFrom }])
    else bars.push({ bar: event, knownFrom })
  }

  bars(instrument: string, count: number): Bar[] {
    const bars = this.#bars.get(instrument) ?? []
    return bars.slice(Math.max(0, bars.length - count)).map(({ bar }) => bar)
  }

  barAt(instrument: string, at: Micros): Bar {
    const bars = this.#bars.get(instrument) ?? []
    const found = bars.findLast(({ knownFrom }) => knownFrom <= at)
    if (found !== undefined) return found.bar
    throw new WaggleError('NOT_FOUND', `No bar of ${instrument} was known by then`, { input: at })
  }

  memory(asOf: Micros): Promise<MemoryAsOf> {
    if (this.#memory?.asOf !== asOf)
      this.#memory = { asOf, answer: memoryAsOf({ ...this.#source, asOf }) }
    return this.#memory.answer
  }

  hot(asOf: Micros): Promise<HotAsOf> {
    if (this.#hot?.asOf !== asOf) this.#hot = { asOf, answer: hotAsOf({ ...this.#source, asOf }) }
    return this.#hot.answer
  }

  async events(kinds: readonly Kind[] | undefined, asOf: Micros): Promise<KnownEvent[]> {
    const { kinds: _all, to: _to, ...source } = this.#source
    const wanted = kinds === undefined ? {} : { kinds: new Set(kinds) }
    const events: KnownEvent[] = []
    for await (const batch of replayBatches({ ...source, ...wanted, asOf })) events.push(...batch)
    return events
  }
}

interface KnownBar {
  readonly bar: Bar
  readonly knownFrom: Micros
}
