import { isWaggleError, messageOf } from '@waggle/base'
import type { Position } from '@waggle/event'
import type { EventLog, LogRecord } from '@waggle/log'

const BATCH_RECORDS = 4096

/** Records from a position on, up to an end, in batches. Ends early where the log has no more. */
export async function* readThrough(
  log: EventLog,
  from: Position,
  end: bigint,
  batchRecords = BATCH_RECORDS,
): AsyncGenerator<readonly LogRecord[]> {
  for (let next = from; next.offset < end;) {
    const most = Number(end - next.offset)
    const records = await log.read(next, Math.min(batchRecords, most))
    const inside = records.filter(({ offset }) => offset < end)
    if (inside.length > 0) yield inside
    const last = records.at(-1)
    if (last === undefined || inside.length < records.length) return
    next = { ...next, offset: last.offset + 1n }
  }
}

export interface Unreadable {
  readonly offset: bigint
  readonly reason: string
}

/**
 * The same over a log that may be damaged: where a record cannot be read, those before it are given first and
 * it is the generator's result. Failures of the engine itself are thrown.
 */
export async function* readSuspect(
  log: EventLog,
  from: Position,
  end: bigint,
): AsyncGenerator<readonly LogRecord[], Unreadable | undefined> {
  let next = from
  try {
    for await (const records of readThrough(log, next, end)) {
      yield records
      next = { ...next, offset: records.at(-1)!.offset + 1n }
    }
    return undefined
  } catch (error) {
    throwIfEngine(error)
  }
  try {
    for await (const records of readThrough(log, next, end, 1)) {
      yield records
      next = { ...next, offset: records.at(-1)!.offset + 1n }
    }
    return undefined
  } catch (error) {
    throwIfEngine(error)
    return { offset: next.offset, reason: messageOf(error) }
  }
}

/** Damaged bytes are LOG_CORRUPT, or whatever a decoder throws at a frame that makes no sense. */
function throwIfEngine(error: unknown): void {
  if (isWaggleError(error) && error.code !== 'LOG_CORRUPT' && error.code !== 'OFFSET_OUT_OF_RANGE')
    throw error
}
