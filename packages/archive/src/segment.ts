import { createHash } from 'node:crypto'
import type { Micros } from '@waggle/base'
import { partitionName, type Kind, type TopicPartition } from '@waggle/event'
import type { LogRecord } from '@waggle/log'

/**
 * Records of a partition from `first`, where the segment before ends, up to but not including `next`, of one UTC day.
 * Never rewritten.
 */
export interface Segment extends TopicPartition {
  readonly first: number
  readonly next: number
  readonly rows: number
  /** Day of the append times, `2026-01-31`. */
  readonly date: string
  readonly appendedFrom: Micros
  readonly appendedTo: Micros
  /** Bytes of the values. */
  readonly valueBytes: number
  /** Hash over offsets, append times, keys, headers and values: see `contentHash`. */
  readonly content: string
  readonly files: readonly SegmentFile[]
}

export interface SegmentFile {
  readonly path: string
  /** Of its events; null for records that admission refused and for topics without events. */
  readonly kind: Kind | null
  readonly rows: number
  readonly bytes: number
  /** SHA-256, hexadecimal. */
  readonly sha256: string
}

const DAY_MICROS = 86_400_000_000

/** The UTC day of a time. */
export function dateOf(micros: Micros): string {
  return new Date(micros / 1000).toISOString().slice(0, 10)
}

/** The start of the UTC day of a time. */
export function dayStart(micros: Micros): Micros {
  return Math.floor(micros / DAY_MICROS) * DAY_MICROS
}

/** Files of one kind and day share a folder, so that readers of Hive layouts skip what they do not want. */
export function pathOf(
  at: TopicPartition,
  kind: Kind | null,
  date: string,
  first: number | bigint,
): string {
  const name = `${at.topic}-${at.partition}-${String(first).padStart(20, '0')}.parquet`
  return kind === null
    ? `topic=${at.topic}/partition=${at.partition}/date=${date}/${name}`
    : `kind=${kind}/date=${date}/${name}`
}

/** SHA-256 over each record: offset and append time as f64, then key, headers (JSON) and value behind their lengths. */
export function contentHash(): { add(record: LogRecord): void; digest(): string } {
  const hash = createHash('sha256')
  const head = Buffer.alloc(28)
  return {
    add: ({ offset, appendedAt, key, headers, value }) => {
      const text = JSON.stringify(headers)
      head.writeDoubleLE(Number(offset), 0)
      head.writeDoubleLE(appendedAt, 8)
      head.writeUInt32LE(Buffer.byteLength(key), 16)
      head.writeUInt32LE(Buffer.byteLength(text), 20)
      head.writeUInt32LE(value.length, 24)
      hash.update(head).update(key).update(text).update(value)
    },
    digest: () => hash.digest('hex'),
  }
}

export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}

/** 'waggle.votes.v1/3@0..65536' */
export function segmentName(segment: Segment): string {
  return `${partitionName(segment)}@${segment.first}..${segment.next}`
}
