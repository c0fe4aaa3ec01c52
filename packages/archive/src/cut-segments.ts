import type { Micros } from '@waggle/base'
import type { Position } from '@waggle/event'
import type { EventLog, LogRecord } from '@waggle/log'
import { dateOf } from './segment.ts'

export interface SegmentLimits {
  readonly rows: number
  readonly bytes: number
}

export const SEGMENT_LIMITS: SegmentLimits = { rows: 65_536, bytes: 32 * 2 ** 20 }
/** Records of a segment, which begins where the one before it ends: there may be offsets without a record between. */
export interface SegmentCut {
  readonly first: bigint
  readonly records: readonly LogRecord[]
}

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
): AsyncGenerator<SegmentCut> {
  let open: LogRecord[] = []
  let bytes = 0
  let first = from.offset
  const cut = (): SegmentCut => {
    const segment = { first, records: open }
    first = open.at(-1)!.offset + 1n
    open = []
    bytes = 0
    return segment
  }
  for (let next = from; ;) {
    const records = await log.read(next, READ_RECORDS)
    for (const record of records) {
      if (record.appendedAt >= before) {
        if (open.length > 0) yield cut()
        return
      }
      const oldest = open[0]
      const full =
        oldest !== undefined &&
        (open.length >= limits.rows ||
          bytes + record.value.length > limits.bytes ||
          dateOf(oldest.appendedAt) !== dateOf(record.appendedAt))
      if (full) yield cut()
      open.push(record)
      bytes += record.value.length
    }
    const last = records.at(-1)
    if (last === undefined) break
    next = { ...next, offset: last.offset + 1n }
  }
  if (open.length > 0) yield cut()
}
