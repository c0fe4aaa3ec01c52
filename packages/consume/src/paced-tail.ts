import { LIMITS, type Clock } from '@waggle/base'
import type { Position } from '@waggle/event'
import {
  readRound,
  tailPositions,
  type EventLog,
  type LogBatch,
  type TailOptions,
} from '@waggle/log'

export interface PacedLog {
  readonly log: EventLog
  /** Ends the rest under way: everything appended before the call is read without another. */
  hurry(): void
}

/** The round under way may have passed a partition before the call; the next one has not. */
const HURRIED_ROUNDS = 2

/**
 * A log whose tail rests between rounds over its partitions, so that a view that pays per batch gets few
 * large ones. Full batches are followed at once: only the end of the log is waited at.
 */
export function createPacedLog(log: EventLog, clock: Clock, restMs: number): PacedLog {
  /** Rounds to make without a rest. */
  let hurried = 0
  let rest = new AbortController()

  async function* tail(from: readonly Position[], options: TailOptions): AsyncIterable<LogBatch> {
    const { signal, maxRecords } = options
    const positions = tailPositions(from)
    while (!signal.aborted) {
      let full = false
      for await (const batch of readRound(log, positions, options)) {
        full ||= batch.records.length >= Math.min(maxRecords, LIMITS.batchEventsMax)
        yield batch
      }
      if (full || hurried-- > 0) continue
      hurried = 0
      rest = new AbortController()
      await clock.sleep(restMs, AbortSignal.any([signal, rest.signal])).catch(() => {})
    }
  }

  return {
    log: { ...log, tail },
    hurry: () => {
      hurried = HURRIED_ROUNDS
      rest.abort()
    },
  }
}
