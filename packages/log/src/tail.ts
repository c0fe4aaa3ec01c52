import { LIMITS } from '@waggle/base'
import { partitionName, type Position } from '@waggle/event'
import type { EventLog, LogBatch, TailOptions } from './event-log.ts'

/** Resolves when anything may have been appended since the last call, or when the signal aborts. */
export type WaitForAppend = (signal: AbortSignal) => Promise<void>

/** The next position of every partition being tailed, by partition name. */
export type TailPositions = Map<string, Position>

export function tailPositions(from: readonly Position[]): TailPositions {
  return new Map(from.map((position) => [partitionName(position), position]))
}

/** Whether there is nothing to read; where an engine knows that without reading. */
export type IsAtEnd = (name: string, position: Position) => boolean

/** One turn over the partitions: a batch of each that has records, and its position moved behind it. */
export async function* readRound(
  log: Pick<EventLog, 'read'>,
  positions: TailPositions,
  { signal, maxRecords }: TailOptions,
  isAtEnd: IsAtEnd = () => false,
): AsyncGenerator<LogBatch> {
  for (const [name, position] of positions) {
    if (signal.aborted) return
    if (isAtEnd(name, position)) continue
    const records = await log.read(position, Math.min(maxRecords, LIMITS.batchEventsMax))
    const last = records.at(-1)
    if (last === undefined) continue
    positions.set(name, { ...position, offset: last.offset + 1n })
    yield { topic: position.topic, partition: position.partition, records }
  }
}

/**
 * Tail over `read`, for engines that own their storage: takes the partitions in turn, so that a busy
 * one cannot starve the others, and waits only when a whole turn found nothing.
 */
export async function* tailByReading(
  log: Pick<EventLog, 'read'>,
  from: readonly Position[],
  options: TailOptions,
  waitForAppend: WaitForAppend,
  isAtEnd?: IsAtEnd,
): AsyncIterable<LogBatch> {
  const { signal } = options
  const positions = tailPositions(from)
  let appended: Promise<void> | undefined
  while (!signal.aborted) {
    let found = false
    for await (const batch of readRound(log, positions, options, isAtEnd)) {
      found = true
      yield batch
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
