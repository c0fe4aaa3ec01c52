import type { Micros } from '@waggle/base'
import type { KnownEvent } from '@waggle/consume'
import type { Kind, WaggleEvent } from '@waggle/event'
import { replayKnown, type KnownBatch, type ReplaySource } from '@waggle/replay'

export interface FeedOptions extends ReplaySource {
  readonly swarm: string
  /** The recorded run; null is live. */
  readonly run: string | null
  /** All kinds if left out. */
  readonly kinds?: readonly Kind[]
  /** Nothing known later is read. */
  readonly to: Micros
}

/** A recorded event; frozen, for what happened does not change. */
export type Observation = KnownEvent

/**
 * Recorded events in known order, each withheld until it is asked for. The cut at `to` is made while reading, and what
 * is asked for is not decoded before.
 */
export class Feed {
  readonly #batches: AsyncGenerator<KnownBatch>
  #batch: KnownBatch | undefined
  #next = 0

  constructor({ to, kinds, ...source }: FeedOptions) {
    const wanted = kinds === undefined ? {} : { kinds: new Set(kinds) }
    this.#batches = replayKnown({ ...source, ...wanted, asOf: to })
  }

  /** The next event, if it is here; `refill` says whether there is one at all. */
  take(): Observation | undefined {
    const batch = this.#batch
    if (batch === undefined) return undefined
    while (this.#next < batch.length) {
      const at = this.#next++
      if (batch.kind(at) === 'tick') continue
      const known = batch.known(at)
      freeze(known.event)
      return Object.freeze(known)
    }
    return undefined
  }

  /** False at the end. */
  async refill(): Promise<boolean> {
    const { done, value } = await this.#batches.next()
    if (done === true) return false
    this.#batch = value
    this.#next = 0
    return true
  }

  async close(): Promise<void> {
    await this.#batches.return(undefined)
  }
}

function freeze(event: WaggleEvent): void {
  for (const value of Object.values(event)) if (typeof value === 'object') Object.freeze(value)
  Object.freeze(event)
}
