import type { Micros } from '@waggle/base'

const IDS_MAX = 10_000

/**
 * Ids that a registry did not know, for a while: a flood of frames with one such id asks once. Bounded; the
 * oldest are forgotten first.
 */
export class UnknownIds {
  readonly #micros: number
  /** Id -> when to ask again; in this order, for the while is the same for all. */
  readonly #until = new Map<number, Micros>()

  constructor(ms: number) {
    this.#micros = ms * 1000
  }

  has(id: number, now: Micros): boolean {
    return (this.#until.get(id) ?? now) > now
  }

  /** How many there are now. */
  count(now: Micros): number {
    this.#forget((until) => until <= now)
    return this.#until.size
  }

  add(id: number, now: Micros): void {
    this.#until.delete(id)
    this.#until.set(id, now + this.#micros)
    this.#forget(() => this.#until.size > IDS_MAX)
  }

  #forget(isOver: (until: Micros) => boolean): void {
    for (const [id, until] of this.#until) {
      if (!isOver(until)) return
      this.#until.delete(id)
    }
  }
}
