import type { Clock } from './clock.ts'
import type { Service } from './lifecycle.ts'

export interface PeriodicOptions {
  readonly name: string
  readonly clock: Clock
  /** Milliseconds between the end of one run and the next. */
  readonly intervalMs: number
  /** Never rejects: what goes wrong is its own affair. */
  readonly task: () => Promise<void>
}

/** Runs a task again and again until it is stopped; stopping waits for the run under way. */
export function createPeriodic({ name, clock, intervalMs, task }: PeriodicOptions): Service {
  let stopping = new AbortController()
  let loop: Promise<void> = Promise.resolve()

  const repeat = async (signal: AbortSignal): Promise<void> => {
    while (!signal.aborted) {
      await clock.sleep(intervalMs, signal).catch(() => {})
      if (!signal.aborted) await task()
    }
  }
  return {
    name,
    start: async () => {
      stopping = new AbortController()
      loop = repeat(stopping.signal)
    },
    stop: async () => {
      stopping.abort()
      await loop
    },
  }
}
