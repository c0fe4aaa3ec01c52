import type { Clock, Micros } from '@waggle/base'

/** `max` as fast as possible; a number so many times as fast as the events became known. */
export type ReplaySpeed = 'max' | number

/** Holds events back so that the times between them are those in which they became known, divided by the speed. */
export class Pacer {
  readonly #clock: Clock
  #speed: ReplaySpeed
  /** An event's time and when it was given; undefined where the next one sets them. */
  #anchor: { readonly known: Micros; readonly wall: Micros } | undefined

  constructor(clock: Clock, speed: ReplaySpeed) {
    this.#clock = clock
    this.#speed = speed
  }

  set speed(speed: ReplaySpeed) {
    this.#speed = speed
    this.reset()
  }

  /** Whether an event may have to wait: asking each of millions costs more than the events. */
  get holds(): boolean {
    return this.#speed !== 'max'
  }

  /** The next event is due at once. */
  reset(): void {
    this.#anchor = undefined
  }

  /** Resolves when an event is due; rejects when the signal aborts. */
  async due(known: Micros, signal: AbortSignal): Promise<void> {
    if (this.#speed === 'max') return
    this.#anchor ??= { known, wall: this.#clock.now() }
    const wait =
      (known - this.#anchor.known) / this.#speed - (this.#clock.now() - this.#anchor.wall)
    if (wait >= 1000) await this.#clock.sleep(wait / 1000, signal)
  }
}
