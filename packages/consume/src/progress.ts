import { WaggleError, type Clock } from '@waggle/base'
import { partitionName, positionText, type Position } from '@waggle/event'

/** How far a view has come; every answer of the view carries it. */
export interface Freshness {
  /** Next offset by partition name. */
  readonly applied: ReadonlyMap<string, bigint>
  /** When the view last applied something, in microseconds of the runner's clock; 0 before that. */
  readonly appliedAt: number
}

/** The applied positions of a view and those who wait for one. */
export class Progress {
  readonly #applied = new Map<string, bigint>()
  readonly #clock: Clock
  readonly #waiters = new Set<{ readonly position: Position; readonly wake: () => void }>()
  #appliedAt = 0

  constructor(clock: Clock) {
    this.#clock = clock
  }

  get freshness(): Freshness {
    return { applied: this.#applied, appliedAt: this.#appliedAt }
  }

  /** Microseconds since the view last applied something. */
  get age(): number {
    return this.#clock.now() - this.#appliedAt
  }

  nextOffset(partition: string): bigint {
    return this.#applied.get(partition) ?? 0n
  }

  advance(partition: string, nextOffset: bigint): void {
    this.#applied.set(partition, nextOffset)
    this.#appliedAt = this.#clock.now()
    for (const waiter of this.#waiters) {
      if (this.includes(waiter.position)) {
        this.#waiters.delete(waiter)
        waiter.wake()
      }
    }
  }

  clear(): void {
    this.#applied.clear()
  }

  /** Whether the record at this position has been applied. */
  includes(position: Position): boolean {
    return this.nextOffset(partitionName(position)) > position.offset
  }

  /** Resolves once all positions are applied; VIEW_STALE after `timeoutMs`. */
  async waitFor(positions: readonly Position[], timeoutMs: number): Promise<void> {
    const missing = positions.filter((position) => !this.includes(position))
    if (missing.length === 0) return
    const timeout = new AbortController()
    const timer = setTimeout(() => timeout.abort(), timeoutMs)
    try {
      for (const position of missing) await this.#wait(position, timeout.signal, timeoutMs)
    } finally {
      clearTimeout(timer)
    }
  }

  #wait(position: Position, signal: AbortSignal, timeoutMs: number): Promise<void> {
    if (this.includes(position)) return Promise.resolve()
    return new Promise((resolve, reject) => {
      const onAbort = (): void => {
        this.#waiters.delete(waiter)
        reject(
          new WaggleError(
            'VIEW_STALE',
            `${positionText(position)} was not applied within ${timeoutMs} ms`,
          ),
        )
      }
      const wake = (): void => {
        signal.removeEventListener('abort', onAbort)
        resolve()
      }
      const waiter = { position, wake }
      if (signal.aborted) return onAbort()
      signal.addEventListener('abort', onAbort, { once: true })
      this.#waiters.add(waiter)
    })
  }
}
