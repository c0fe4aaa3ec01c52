import type { Micros } from '@waggle/base'
import type { Position, WaggleEvent } from '@waggle/event'
import type { AdmittedRecord } from './admission.ts'

/** An admitted event as folds take it: decoded, with its place and the time it counts as known. */
export interface KnownEvent {
  readonly event: WaggleEvent
  readonly position: Position
  readonly knownFrom: Micros
  /** True where known_at claimed an earlier time. */
  readonly late: boolean
}

export function knownEventOf({ record, writer, knownFrom, late }: AdmittedRecord): KnownEvent {
  const { topic, partition, offset } = record
  return {
    event: writer.decode(record.value),
    position: { topic, partition, offset },
    knownFrom,
    late,
  }
}
