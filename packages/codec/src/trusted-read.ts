import type { Micros } from '@waggle/base'

/**
 * Reading from bytes that a walker has already checked: no bounds are looked at again. Texts that repeat
 * (agents, sessions, symbols) are interned, which saves both the decoding and the hashing of them.
 */

/** Zigzag varint at `at`: two halves of 28 bits, since small integers are what is fast. */
export function readLong(bytes: Buffer, at: number): number {
  let byte = bytes[at++]!
  if (byte < 0x80) return (byte >>> 1) ^ -(byte & 1)
  let low = byte & 0x7f
  for (let shift = 7; byte >= 0x80 && shift < 28; shift += 7) {
    byte = bytes[at++]!
    low |= (byte & 0x7f) << shift
  }
  let high = 0
  for (let shift = 0; byte >= 0x80; shift += 7) {
    byte = bytes[at++]!
    high |= (byte & 0x7f) << shift
  }
  const half = (low >>> 1) + high * HALF_SCALE
  return (low & 1) === 0 ? half : -half - 1
}

const HALF_SCALE = 2 ** 27

/** Where the varint at `at` ends. */
export function skipLong(bytes: Buffer, at: number): number {
  while (bytes[at]! >= 0x80) at++
  return at + 1
}

/** Where the length-prefixed text at `at` ends. */
export function skipText(bytes: Buffer, at: number): number {
  const byte = bytes[at]!
  return byte < 0x80 ? at + 1 + (byte >>> 1) : readLong(bytes, at) + skipLong(bytes, at)
}

/** Where the union of null and text at `at` ends. */
export function skipOptionalText(bytes: Buffer, at: number): number {
  return bytes[at] === 0 ? at + 1 : skipText(bytes, at + 1)
}

export function readTimestamp(bytes: Buffer, at: number): Micros {
  return readLong(bytes, at)
}

/** Length-prefixed text at `at`. */
export function readText(bytes: Buffer, at: number): string {
  const length = readLong(bytes, at)
  const start = skipLong(bytes, at)
  return sliceText(bytes, start, length)
}

const INTERNED_LENGTH_MAX = 48
const SLOTS = 4096
const interned: string[] = Array.from({ length: SLOTS }, () => '')
/** The UTF-8 of each: bytes compare with bytes several times faster than with the characters of a string. */
const internedBytes = new Uint8Array(SLOTS * INTERNED_LENGTH_MAX)
const internedLengths = new Uint8Array(SLOTS)

export function sliceText(bytes: Buffer, start: number, length: number): string {
  if (length === 0) return ''
  const end = start + length
  if (length > INTERNED_LENGTH_MAX) return bytes.toString('utf8', start, end)
  const slot =
    (length * 31 + bytes[start]! * 7 + bytes[end - 1]! * 257 + bytes[start + (length >> 1)]! * 67) %
    SLOTS
  const first = slot * INTERNED_LENGTH_MAX
  if (internedLengths[slot] === length && isSame(bytes, start, first, length))
    return interned[slot]!
  const text = bytes.toString('utf8', start, end)
  interned[slot] = text
  internedLengths[slot] = length
  for (let i = 0; i < length; i++) internedBytes[first + i] = bytes[start + i]!
  return text
}

function isSame(bytes: Buffer, start: number, first: number, length: number): boolean {
  for (let i = length - 1; i >= 0; i--)
    if (internedBytes[first + i] !== bytes[start + i]) return false
  return true
}

const UUID_LENGTH = 36

/** A checked UUID: 36 ASCII characters behind a one-byte length; unique, so not interned. */
export function readUuid(bytes: Buffer, at: number): string {
  return bytes.toString('latin1', at + 1, at + 1 + UUID_LENGTH)
}
