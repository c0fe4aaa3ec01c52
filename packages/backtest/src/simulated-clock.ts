import type { Clock, Micros } from '@waggle/base'

/**
 * The clock of a simulation. It stands at the time up to which everything known has been delivered; every look at it
 * goes on by a step, so that what an agent says keeps its order in the log.
 */
export interface SimulatedClock extends Clock {
  /** Everything delivered was known by then; reads are bound by it. */
  readonly at: Micros
  /** Never back. */
  advanceTo(at: Micros): void
}

/** Leaves room for answers of a coordinator, which count as known one microsecond after their cause. */
const STEP: Micros = 10

export function createSimulatedClock(start: Micros = 0): SimulatedClock {
  let at = start
  let last = start
  return {
    get at() {
      return at
    },
    now: () => (last = Math.max(last + STEP, at)),
    // Time moves with what happens, not with those who wait.
    sleep: async (_ms, signal) => signal?.throwIfAborted(),
    advanceTo: (to) => void (at = Math.max(at, to)),
  }
}
