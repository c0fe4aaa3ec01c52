import { crc32 } from 'node:zlib'

/**
 * Checks many records that carry a CRC each with one pass over all of their bytes. The CRC of two texts
 * follows from their CRCs and the length of the second: crc(AB) = shift(crc(A), |B|) ^ crc(B), and shifting is
 * linear (`crc32_combine` of zlib 1.3; M. Adler, "Combine CRCs", 2004). So the CRC that the whole must have is folded
 * from the stored ones, four table look-ups a record, and compared with the CRC that it has. Shifting
 * loses nothing: one record that is damaged always shows, several at once as surely as a CRC of 32 bits can say.
 */
export class CrcFold {
  #crc = 0

  clear(): void {
    this.#crc = 0
  }

  /** The next four bytes, little-endian: a stored CRC itself. */
  word(word: number): void {
    let crc = ~this.#crc ^ word
    for (let byte = 0; byte < 4; byte++) crc = BYTE_TABLE[crc & 0xff]! ^ (crc >>> 8)
    this.#crc = ~crc
  }

  /** The next `length` bytes, whose CRC is this; shorter than FOLD_BYTES_MAX. */
  bytes(length: number, crc: number): void {
    const table = (shiftTables[length] ??= shiftTable(length))
    const before = this.#crc
    this.#crc =
      crc ^
      table[before & 0xff]! ^
      table[256 + ((before >>> 8) & 0xff)]! ^
      table[512 + ((before >>> 16) & 0xff)]! ^
      table[768 + (before >>> 24)]!
  }

  /** Whether these bytes have the CRC folded so far. */
  matches(bytes: Buffer): boolean {
    return crc32(bytes) === this.#crc >>> 0
  }
}

/** Longer ones cost so much to check that a call for each does not matter; and tables must end. */
export const FOLD_BYTES_MAX = 1024

const POLYNOMIAL = 0xedb88320
const BYTE_TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ POLYNOMIAL : crc >>> 1
  return crc
})
const shiftTables: (Uint32Array | undefined)[] = []

/** What becomes of each byte of a CRC when `length` zero bytes follow. */
function shiftTable(length: number): Uint32Array {
  const bits = Uint32Array.from({ length: 32 }, (_, bit) => {
    let crc = (1 << bit) >>> 0
    for (let i = 0; i < length; i++) crc = BYTE_TABLE[crc & 0xff]! ^ (crc >>> 8)
    return crc
  })
  return Uint32Array.from({ length: 1024 }, (_, index) => {
    let crc = 0
    for (let bit = 0; bit < 8; bit++) if (index & (1 << bit)) crc ^= bits[(index >> 8) * 8 + bit]!
    return crc
  })
}
