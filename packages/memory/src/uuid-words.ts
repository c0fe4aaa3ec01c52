/** Value of a hexadecimal digit by its code, as UUIDs are written; -1 for others. */
const DIGITS = new Int8Array(128).fill(-1)
for (let value = 0; value < 16; value++) DIGITS[value.toString(16).charCodeAt(0)] = value
const BYTES = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))

const LENGTH = 36
const DASH = 0x2d
/** Where each word of eight digits begins, and where it goes on behind a dash. */
const HALVES = [0, 4, 9, 14, 19, 24, 28, 32] as const

/** Writes the four words of a UUID; false for any other text, one in capitals too, so that it is told as it was. */
export function parseUuid(text: string, words: Uint32Array): boolean {
  if (text.length !== LENGTH) return false
  for (const at of [8, 13, 18, 23]) if (text.charCodeAt(at) !== DASH) return false
  for (let half = 0; half < 8; half++) {
    let value = 0
    for (let at = HALVES[half]!, end = at + 4; at < end; at++) {
      const code = text.charCodeAt(at)
      const digit = code < 128 ? DIGITS[code]! : -1
      if (digit < 0) return false
      value = value * 16 + digit
    }
    words[half >> 1] = half % 2 === 0 ? value * 65_536 : words[half >> 1]! + value
  }
  return true
}

/** The UUID whose four words begin here. */
export function uuidText(words: Uint32Array, from: number): string {
  let text = ''
  for (let byte = 0; byte < 16; byte++) {
    if (byte === 4 || byte === 6 || byte === 8 || byte === 10) text += '-'
    text += BYTES[(words[from + (byte >> 2)]! >>> (24 - (byte & 3) * 8)) & 255]!
  }
  return text
}
