import { setTimeout as delay } from 'node:timers/promises'

/** Microseconds since 1970-01-01T00:00:00Z; events take them up to the year 2112. */
export type Micros = number

/** All time comes through here, so that a simulation or a backtest can own it. */
export interface Clock {
  now(): Micros
  /**
   * Resolves after `ms` milliseconds, or rejects when the signal aborts. With `idle` it does not keep a process alive
   * that has nothing else to do.
   */
  sleep(ms: number, signal?: AbortSignal, idle?: boolean): Promise<void>
}

/** Wall clock with microsecond steps: the monotonic timer anchored once to the wall time. */
export function systemClock(): Clock {
  return {
    now: () => Math.round((performance.timeOrigin + performance.now()) * 1000),
    sleep: (ms, signal, idle = false) =>
      delay(ms, undefined, { ref: !idle, ...(signal === undefined ? {} : { signal }) }),
  }
}

export interface ManualClock extends Clock {
  set(now: Micros): void
  advance(micros: number): void
}

/** A clock that moves only when told to; sleeping moves nothing and resolves on the next turn. */
export function manualClock(start: Micros = 0): ManualClock {
  let now = start
  return {
    now: () => now,
    sleep: (_ms, signal) => delay(0, undefined, signal === undefined ? {} : { signal }),
    set: (to) => void (now = to),
    advance: (micros) => void (now += micros),
  }
}

/** ISO 8601 text (any offset, up to microseconds) -> Micros; NaN for text that is no date. */
export function microsOf(iso: string): Micros {
  const millis = Date.parse(iso)
  const fraction = /\.(\d+)/.exec(iso)?.[1] ?? ''
  return millis * 1000 + Number(fraction.padEnd(6, '0').slice(3, 6))
}

/** Micros -> ISO 8601 in UTC with six decimals. */
export function isoOf(micros: Micros): string {
  const millis = Math.floor(micros / 1000)
  const rest = String(micros - millis * 1000).padStart(3, '0')
  return new Date(millis).toISOString().replace('Z', `${rest}Z`)
}
