import type { Micros } from '@waggle/base'
import type { Position } from '@waggle/event'
import type { EventLog, LogRecord } from '@waggle/log'
import { dateOf } from './segment.ts'

export interface SegmentLimits {
  readonly rows: number
  readonly bytes: number
}

export const SEGMENT_LIMITS: SegmentLimits = { rows: 65_536, bytes: 32 * 2 ** 20 }
const READ_RECORDS = 4096

/**
 * The records of a partition that were appended before a day, in segments: of one day each, within the limits. Where
 * one ends depends on nothing but the log, so that whoever archives again after a crash makes the same files.
 */
export async function* cutSegments(
  log: EventLog,
  from: Position,
  before: Micros,
  limits: SegmentLimits = SEGMENT_LIMITS,
): AsyncGenerator<readonly LogRecord[]> {
  let open: LogRecord[] = []
  let bytes = 0
  for (let next = from; ;) {
    const records = await log.read(next, READ_RECORDS)
    for (const record of records) {
      if (record.appendedAt >= before) {
        if (open.length > 0) yield open
        return
      }
      const first = open[0]
      const full =
        first !== undefined &&
        (open.length >= limits.rows ||
          bytes + record.value.length > limits.bytes ||
          dateOf(first.appendedAt) !== dateOf(record.appendedAt))
      if (full) {
        yield open
        open = []
        bytes = 0
      }
      open.push(record)
      bytes += record.value.length
    }
    const last = records.at(-1)
    if (last === undefined) break
    next = { ...next, offset: last.offset + 1n }
  }
  if (open.length > 0) yield open
}
