import { isUtf8 } from 'node:buffer'
import { LIMITS, WaggleError } from '@waggle/base'

const UTF8_BYTES_PER_UNIT_MAX = 3

/** How long valid UTF-8 is as a JavaScript string: a lead byte counts one, of four bytes two. */
function utf16Length(bytes: Buffer, start: number, end: number): number {
  let units = 0
  for (let at = start; at < end; at++) {
    const byte = bytes[at]!
    if ((byte & 0xc0) !== 0x80) units += byte >= 0xf0 ? 2 : 1
  }
  return units
}

/**
 * Reads Avro primitives from hostile bytes: every length is checked against what is left, and
 * nothing is allocated for what is skipped. Sources: Avro 1.12 specification, "Binary encoding".
 */
export class ByteCursor {
  readonly bytes: Buffer
  readonly end: number
  position: number
  /** Field being read, for the message of a refusal. */
  field = ''

  constructor(bytes: Buffer, start: number) {
    this.bytes = bytes
    this.position = start
    this.end = bytes.length
  }

  fail(what: string): never {
    throw new WaggleError(
      'BYTES_MALFORMED',
      `${what} in field ${this.field} at byte ${this.position}`,
      {
        field: this.field,
      },
    )
  }

  /** Zigzag varint, up to LIMITS.longMax either way. */
  long(): number {
    const { bytes, end } = this
    let position = this.position
    let low = 0
    let shift = 0
    let byte: number
    do {
      if (position >= end) this.fail('Truncated number')
      byte = bytes[position++]!
      low |= (byte & 0x7f) << shift
      shift += 7
    } while (byte >= 0x80 && shift < 28)
    if (byte < 0x80) {
      this.position = position
      return (low >>> 1) ^ -(low & 1)
    }
    let value = low
    let scale = 268_435_456
    do {
      if (position >= end) this.fail('Truncated number')
      if (position - this.position >= 8) this.fail('Number beyond 2^52')
      byte = bytes[position++]!
      value += (byte & 0x7f) * scale
      scale *= 128
    } while (byte >= 0x80)
    const result = value % 2 === 0 ? value / 2 : -(value + 1) / 2
    if (value > Number.MAX_SAFE_INTEGER || result < -LIMITS.longMax) this.fail('Number beyond 2^52')
    this.position = position
    return result
  }

  double(): number {
    const at = this.take(8)
    return this.bytes.readDoubleLE(at)
  }

  /** Length-prefixed bytes: returns where they start and moves behind them. */
  block(maxLength: number): number {
    const length = this.long()
    if (length < 0 || length > maxLength) this.fail(`Length ${length} outside [0, ${maxLength}]`)
    return this.take(length)
  }

  take(length: number): number {
    const start = this.position
    if (start + length > this.end) this.fail('Truncated value')
    this.position = start + length
    return start
  }

  /** Length-prefixed UTF-8 of at most so many UTF-16 units; returns where it starts, as `block` does. */
  text(maxLength: number): number {
    const bytesMax = Math.min(LIMITS.fieldBytesMax, maxLength * UTF8_BYTES_PER_UNIT_MAX)
    const start = this.block(bytesMax)
    const { bytes, position } = this
    let at = start
    while (at < position && bytes[at]! < 0x80) at++
    if (at < position && !isUtf8(bytes.subarray(at, position))) this.fail('Text that is not UTF-8')
    if (position - start > maxLength) {
      const units = utf16Length(bytes, start, position)
      if (units > maxLength) this.fail(`Text of ${units} characters, at most ${maxLength}`)
    }
    return start
  }
}
