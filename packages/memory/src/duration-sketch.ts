/** Relative error of a quantile. */
export const RELATIVE_ERROR = 0.01

const GAMMA = (1 + RELATIVE_ERROR) / (1 - RELATIVE_ERROR)
const LOG_GAMMA = Math.log(GAMMA)
/** Durations below a microsecond and above 30 years fall into the outermost buckets: at most 1,700 of them. */
const MIN_MS = 1e-3
const MAX_MS = 1e12

/** Buckets by number, of durations in whole nanoseconds. */
export interface SketchDump {
  readonly buckets: ReadonlyMap<number, number>
  readonly count: number
  readonly nanos: bigint
}

/**
 * Quantiles of durations in bounded space: counts in buckets that grow by a factor, so that a quantile is within
 * 1% of a value that has this rank. It does not depend on the order of values, and merging two sketches is exact.
 * Masson, Rim and Lee, "DDSketch: A Fast and Fully-Mergeable Quantile Sketch with Relative-Error Guarantees",
 * PVLDB 12(12), 2019, section 2.
 */
export class DurationSketch {
  readonly #buckets = new Map<number, number>()
  #count = 0
  /** In whole nanoseconds: sums of them are exact whatever their order. */
  #nanos = 0n

  add(durationMs: number): void {
    const clamped = Math.min(Math.max(durationMs, MIN_MS), MAX_MS)
    const bucket = Math.ceil(Math.log(clamped) / LOG_GAMMA)
    this.#buckets.set(bucket, (this.#buckets.get(bucket) ?? 0) + 1)
    this.#count++
    this.#nanos += BigInt(Math.round(Math.min(durationMs, MAX_MS) * 1e6))
  }

  merge(other: DurationSketch): void {
    this.load(other.dump())
  }

  /** Milliseconds; null where there is none. */
  get mean(): number | null {
    return this.#count === 0 ? null : Number(this.#nanos) / 1e6 / this.#count
  }

  /** The value of rank floor(q * (n - 1)), within 1%, in milliseconds; null where there is none. */
  quantile(q: number): number | null {
    const rank = Math.floor(q * (this.#count - 1))
    let seen = 0
    for (const [bucket, count] of this.#sorted()) {
      seen += count
      if (seen > rank) return (2 * GAMMA ** bucket) / (GAMMA + 1)
    }
    return null
  }

  /** Equal texts mean equal sketches. */
  toJSON(): unknown {
    return { nanos: String(this.#nanos), buckets: this.#sorted() }
  }

  dump(): SketchDump {
    return { buckets: this.#buckets, count: this.#count, nanos: this.#nanos }
  }

  /** Adds what `dump` gave. */
  load({ buckets, count, nanos }: SketchDump): void {
    for (const [bucket, times] of buckets)
      this.#buckets.set(bucket, (this.#buckets.get(bucket) ?? 0) + times)
    this.#count += count
    this.#nanos += nanos
  }

  #sorted(): [bucket: number, count: number][] {
    return [...this.#buckets].sort(([a], [b]) => a - b)
  }
}
