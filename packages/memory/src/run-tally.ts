import { WaggleError, type Micros } from '@waggle/base'
import { DurationSketch } from './duration-sketch.ts'

/** One run of a procedure. */
export interface Run {
  /** Id of the execution event. */
  readonly id: string
  readonly knownFrom: Micros
  readonly success: boolean
  readonly durationMs: number
}

/** Runs of one version by one agent: the newest one by one, the others counted. */
export interface RunTally {
  /** In the order of the log. */
  readonly recent: Run[]
  readonly older: {
    runs: number
    successes: number
    readonly durations: DurationSketch
    /** When the newest of them was known. */
    knownTo: Micros
  }
}

/** Runs that are kept one by one. */
export const RECENT_RUNS = 256

export function emptyTally(): RunTally {
  return {
    recent: [],
    older: { runs: 0, successes: 0, durations: new DurationSketch(), knownTo: -Infinity },
  }
}

/** Counts a run, in place. */
export function addRun({ recent, older }: RunTally, run: Run): void {
  recent.push(run)
  if (recent.length <= RECENT_RUNS) return
  const oldest = recent.shift()!
  older.runs++
  older.successes += Number(oldest.success)
  older.durations.add(oldest.durationMs)
  older.knownTo = oldest.knownFrom
}

export interface CountedRuns {
  runs: number
  successes: number
  readonly durations: DurationSketch
  readonly recent: Run[]
  /** When the last of them was known; -Infinity without any. */
  last: Micros
}

export function noRuns(): CountedRuns {
  return { runs: 0, successes: 0, durations: new DurationSketch(), recent: [], last: -Infinity }
}

/**
 * Adds what may count at a time to the sum: runs known by then that are trusted. Older runs count together: they
 * are left out where the newest of them is not trusted. AS_OF_TOO_OLD where they reach beyond the time.
 */
export function countRuns(
  sum: CountedRuns,
  { recent, older }: RunTally,
  at: Micros,
  isTrusted: (knownFrom: Micros) => boolean,
): void {
  if (older.knownTo > at)
    throw new WaggleError('AS_OF_TOO_OLD', 'Runs known by then are no longer counted apart', {
      field: 'asOf',
      input: at,
    })
  if (older.runs > 0 && isTrusted(older.knownTo)) {
    sum.runs += older.runs
    sum.successes += older.successes
    sum.durations.merge(older.durations)
    sum.last = Math.max(sum.last, older.knownTo)
  }
  for (const run of recent) {
    if (run.knownFrom > at || !isTrusted(run.knownFrom)) continue
    sum.runs++
    sum.successes += Number(run.success)
    sum.durations.add(run.durationMs)
    sum.recent.push(run)
    sum.last = Math.max(sum.last, run.knownFrom)
  }
}
