import { LIMITS } from '@waggle/base'
import { partitionName, type Position } from '@waggle/event'
import type { EventLog, LogBatch, TailOptions } from './event-log.ts'

/** Resolves when anything may have been appended since the last call, or when the signal aborts. */
export type WaitForAppend = (signal: AbortSignal) => Promise<void>

/**
 * Tail over `read`, for engines that own their storage: takes the partitions in turn, so that a busy
 * one cannot starve the others, and waits only when a whole turn found nothing.
 */
export async function* tailByReading(
  log: Pick<EventLog, 'read'>,
  from: readonly Position[],
  options: TailOptions,
  waitForAppend: WaitForAppend,
): AsyncIterable<LogBatch> {
  const { signal } = options
  const maxRecords = Math.min(options.maxRecords, LIMITS.batchEventsMax)
  const next = new Map<string, Position>(
    from.map((position) => [partitionName(position), position]),
  )
  let appended: Promise<void> | undefined
  while (!signal.aborted) {
    let found = false
    for (const [name, position] of next) {
      if (signal.aborted) return
      const records = await log.read(position, maxRecords)
      const last = records.at(-1)
      if (last === undefined) continue
      found = true
      next.set(name, { ...position, offset: last.offset + 1n })
      yield { topic: position.topic, partition: position.partition, records }
    }
    if (found) continue
    // The waiter is taken before a last look, so that no append slips between looking and waiting.
    if (appended === undefined) {
      appended = waitForAppend(signal)
    } else {
      await appended
      appended = undefined
    }
  }
}
