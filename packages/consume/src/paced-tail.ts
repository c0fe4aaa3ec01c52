import { LIMITS, type Clock } from '@waggle/base'
import { partitionName, type Position } from '@waggle/event'
import type { EventLog, LogBatch, TailOptions } from '@waggle/log'

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
    const { signal } = options
    const maxRecords = Math.min(options.maxRecords, LIMITS.batchEventsMax)
    const next = new Map<string, Position>(
      from.map((position) => [partitionName(position), position]),
    )
    while (!signal.aborted) {
      let full = false
      for (const [name, position] of next) {
        if (signal.aborted) return
        const records = await log.read(position, maxRecords)
        const last = records.at(-1)
        if (last === undefined) continue
        full ||= records.length === maxRecords
        next.set(name, { ...position, offset: last.offset + 1n })
        yield { topic: position.topic, partition: position.partition, records }
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
