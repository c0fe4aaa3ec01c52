const MAGIC = 0x184d2204
const MATCH_MIN = 4
/** A length field that is full goes on in the next bytes. */
const NIBBLE_FULL = 15

/**
 * Reads LZ4 frames (LZ4 Frame Format 1.6), which Python's clickhouse-connect sends by default. Checksums are
 * passed over: TCP has its own. Errors: RangeError for broken bytes; ERR_BUFFER_TOO_LARGE above `maxBytes`.
 */
export function lz4Decompress(bytes: Buffer, maxBytes: number): Buffer {
  const out = new Output(maxBytes)
  for (let at = 0; at < bytes.length;) at = readFrame(bytes, at, out)
  return out.bytes()
}

function readFrame(bytes: Buffer, start: number, out: Output): number {
  if (bytes.readUInt32LE(start) !== MAGIC) throw new RangeError('no LZ4 frame')
  const flags = bytes.readUInt8(start + 4)
  const blockChecksum = (flags & 0x10) !== 0 ? 4 : 0
  const contentSize = (flags & 0x08) !== 0 ? 8 : 0
  const contentChecksum = (flags & 0x04) !== 0 ? 4 : 0
  if ((flags & 0x01) !== 0) throw new RangeError('LZ4 dictionaries are not supported')
  for (let at = start + 7 + contentSize; ;) {
    const word = bytes.readUInt32LE(at)
    at += 4
    if (word === 0) return at + contentChecksum
    const size = word & 0x7fffffff
    if (at + size > bytes.length) throw new RangeError('the LZ4 frame is cut off')
    const block = bytes.subarray(at, at + size)
    if (word >>> 31 === 1) out.append(block)
    else readBlock(block, out)
    at += size + blockChecksum
  }
}

function readBlock(block: Buffer, out: Output): void {
  for (let at = 0; at < block.length;) {
    const token = block.readUInt8(at++)
    let literals = token >> 4
    if (literals === NIBBLE_FULL) [literals, at] = longer(block, at, literals)
    if (at + literals > block.length) throw new RangeError('an LZ4 literal is cut off')
    out.append(block.subarray(at, at + literals))
    at += literals
    if (at === block.length) return
    const distance = block.readUInt16LE(at)
    at += 2
    let match = token & 15
    if (match === NIBBLE_FULL) [match, at] = longer(block, at, match)
    out.repeat(distance, match + MATCH_MIN)
  }
}

function longer(block: Buffer, start: number, length: number): [length: number, at: number] {
  for (let at = start; ;) {
    const byte = block.readUInt8(at++)
    length += byte
    if (byte !== 255) return [length, at]
  }
}

class Output {
  readonly #maxBytes: number
  #buffer = Buffer.allocUnsafe(65_536)
  #length = 0

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes
  }

  append(bytes: Buffer): void {
    this.#reserve(bytes.length)
    this.#length += bytes.copy(this.#buffer, this.#length)
  }

  /** Copies what stands `distance` back, which may overlap what is being written. */
  repeat(distance: number, count: number): void {
    if (distance === 0 || distance > this.#length)
      throw new RangeError('an LZ4 match points nowhere')
    this.#reserve(count)
    for (let i = 0; i < count; i++) {
      this.#buffer[this.#length] = this.#buffer[this.#length - distance]!
      this.#length++
    }
  }

  bytes(): Buffer {
    return this.#buffer.subarray(0, this.#length)
  }

  #reserve(count: number): void {
    const needed = this.#length + count
    if (needed > this.#maxBytes) {
      throw Object.assign(new RangeError('too large'), { code: 'ERR_BUFFER_TOO_LARGE' })
    }
    if (needed <= this.#buffer.length) return
    const grown = Buffer.allocUnsafe(
      Math.min(this.#maxBytes, Math.max(needed, 2 * this.#buffer.length)),
    )
    this.#buffer.copy(grown, 0, 0, this.#length)
    this.#buffer = grown
  }
}
