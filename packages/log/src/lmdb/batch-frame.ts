import { crc32 } from 'node:zlib'
import { WaggleError, type Micros } from '@waggle/base'
import { positionText, type TopicPartition } from '@waggle/event'
import type { AppendRecord, Headers, LogRecord } from '../event-log.ts'

/**
 * What one append adds to one partition is one LMDB entry: its records one after the other, little-endian.
 *
 *   u32  crc32 of everything behind it
 *   u32  length of everything behind it
 *   f64  appendedAt, microseconds
 *   u16  length of key      | key, UTF-8
 *   u32  length of headers  | headers, JSON object; length 0 for none
 *        value, to the end of the record
 */
export const HEAD_BYTES = 8
export const FIXED_BYTES = HEAD_BYTES + 8 + 2 + 4
const NO_HEADERS: Headers = Object.freeze({})

type Stored = Pick<AppendRecord, 'key' | 'value' | 'headers'>

export function encodeBatch(records: readonly Stored[], appendedAt: Micros): Buffer {
  const headers = records.map(headersText)
  let size = 0
  for (let i = 0; i < records.length; i++) {
    const { key, value } = records[i]!
    // A UTF-16 unit takes at most three bytes in UTF-8; the surplus is cut off below.
    size += FIXED_BYTES + key.length * 3 + headers[i]!.length * 3 + value.length
  }
  const frame = Buffer.allocUnsafe(size)
  let at = 0
  for (let i = 0; i < records.length; i++)
    at = encodeRecord(frame, at, records[i]!, headers[i]!, appendedAt)
  return frame.subarray(0, at)
}

function headersText({ headers }: Stored): string {
  return headers === undefined || Object.keys(headers).length === 0 ? '' : JSON.stringify(headers)
}

function encodeRecord(
  frame: Buffer,
  start: number,
  { key, value }: Stored,
  headers: string,
  appendedAt: Micros,
): number {
  frame.writeDoubleLE(appendedAt, start + 8)
  const keyLength = frame.write(key, start + 18)
  frame.writeUInt16LE(keyLength, start + 16)
  let at = start + 18 + keyLength
  const headersLength = headers === '' ? 0 : frame.write(headers, at + 4)
  frame.writeUInt32LE(headersLength, at)
  at += 4 + headersLength
  frame.set(value, at)
  at += value.length
  frame.writeUInt32LE(at - start - HEAD_BYTES, start + 4)
  frame.writeUInt32LE(crc32(frame.subarray(start + 4, at)), start)
  return at
}

/**
 * Adds the records of a frame from `skip` on to `into`, until that holds `max`. A record whose bytes do
 * not match its CRC throws LOG_CORRUPT; where records before it can be given first, it only says false.
 */
export function decodeBatch(
  frame: Buffer,
  partition: TopicPartition,
  baseOffset: number,
  skip: number,
  into: LogRecord[],
  max: number,
): boolean {
  let at = 0
  for (let index = 0; at < frame.length && into.length < max; index++) {
    const length = at + HEAD_BYTES <= frame.length ? frame.readUInt32LE(at + 4) : Infinity
    const end = at + HEAD_BYTES + length
    const broken = end > frame.length
    if (index >= skip) {
      const offset = BigInt(baseOffset + index)
      if (broken || crc32(frame.subarray(at + 4, end)) !== frame.readUInt32LE(at)) {
        if (into.length > 0) return false
        throw corrupt({ ...partition, offset })
      }
      into.push(decodeRecord(frame, at, end, partition, offset))
    } else if (broken) {
      throw corrupt({ ...partition, offset: BigInt(baseOffset + index) })
    }
    at = end
  }
  return true
}

export function corrupt(position: TopicPartition & { offset: bigint }): WaggleError {
  return new WaggleError(
    'LOG_CORRUPT',
    `The bytes of ${positionText(position)} do not match their CRC`,
    {
      input: positionText(position),
    },
  )
}

/** As `readUInt32LE`, without its checks: loops over millions of records call it twice for each. */
export function u32(bytes: Buffer, at: number): number {
  return (
    (bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)) >>> 0
  )
}

/** Where the value of a record starts; within it whatever the lengths say, for they may not be checked yet. */
export function valueStart(frame: Buffer, start: number, end: number): number {
  const keyEnd = start + 18 + (frame[start + 16]! | (frame[start + 17]! << 8))
  return keyEnd + 4 > end ? end : Math.min(end, keyEnd + 4 + u32(frame, keyEnd))
}

export function decodeRecord(
  frame: Buffer,
  start: number,
  end: number,
  { topic, partition }: TopicPartition,
  offset: bigint,
): LogRecord {
  const keyEnd = start + 18 + frame.readUInt16LE(start + 16)
  const headersLength = frame.readUInt32LE(keyEnd)
  const headersEnd = keyEnd + 4 + headersLength
  return {
    topic,
    partition,
    offset,
    key: frame.toString('utf8', start + 18, keyEnd),
    value: frame.subarray(headersEnd, end),
    headers:
      headersLength === 0
        ? NO_HEADERS
        : (JSON.parse(frame.toString('utf8', keyEnd + 4, headersEnd)) as Headers),
    appendedAt: frame.readDoubleLE(start + 8),
  }
}
