import type { Micros } from '@waggle/base'

interface Generation<V> {
  readonly values: Map<string, V>
  newest: Micros
}

/**
 * A bounded cache in two generations: when the younger one is full the older one goes as a whole. Evicting the
 * oldest entry of one Map would step over the holes of those evicted before, each time.
 */
export class RecentMap<V> {
  readonly #generationMax: number
  #young: Generation<V> = { values: new Map(), newest: -Infinity }
  #old: Generation<V> = { values: new Map(), newest: -Infinity }

  /** @param max Most entries; half of them at least are kept. */
  constructor(max: number) {
    this.#generationMax = Math.ceil(max / 2)
  }

  get size(): number {
    return this.#young.values.size + this.#old.values.size
  }

  get(id: string): V | undefined {
    return this.#young.values.get(id) ?? this.#old.values.get(id)
  }

  /** @param time Of the value; `forget` goes by it. */
  set(id: string, value: V, time: Micros): void {
    if (this.#young.values.size >= this.#generationMax) {
      this.#old = this.#young
      this.#young = { values: new Map(), newest: -Infinity }
    }
    this.#old.values.delete(id)
    this.#young.values.set(id, value)
    this.#young.newest = Math.max(this.#young.newest, time)
  }

  delete(id: string): void {
    this.#young.values.delete(id)
    this.#old.values.delete(id)
  }

  /** Lets go a generation in which everything is older. */
  forget(before: Micros): void {
    for (const generation of [this.#young, this.#old])
      if (generation.newest < before) generation.values.clear()
  }
}
