import { createHash } from 'node:crypto'
import type { Micros } from '@waggle/base'

const prefixes = new Map<string, Buffer>()
const PREFIXES_MAX = 10_000

/**
 * UUID v7 (RFC 9562): 48 bits of known_at in milliseconds, then 42 bits of the session's SHA-256 and
 * the low 32 bits of seq. The same (session, seq, known_at) gives the same id, so a retry is no new event.
 */
export function eventId(session: string, seq: number, knownAt: Micros): string {
  const bytes = Buffer.allocUnsafe(16)
  bytes.writeUIntBE(Math.max(0, Math.floor(knownAt / 1000)), 0, 6)
  sessionPrefix(session).copy(bytes, 6)
  bytes.writeUInt32BE(seq % 4_294_967_296, 12)
  return uuidText(bytes)
}

function sessionPrefix(session: string): Buffer {
  let prefix = prefixes.get(session)
  if (prefix === undefined) {
    prefix = createHash('sha256').update(session).digest().subarray(0, 6)
    prefix[0] = 0x70 | (prefix[0]! & 0x0f)
    prefix[2] = 0x80 | (prefix[2]! & 0x3f)
    if (prefixes.size >= PREFIXES_MAX) prefixes.clear()
    prefixes.set(session, prefix)
  }
  return prefix
}

/** Any text -> a UUID v8 (RFC 9562) by SHA-256: names things that follow from other things. */
export function derivedId(text: string): string {
  const bytes = createHash('sha256').update(text).digest().subarray(0, 16)
  bytes[6] = 0x80 | (bytes[6]! & 0x0f)
  bytes[8] = 0x80 | (bytes[8]! & 0x3f)
  return uuidText(bytes)
}

function uuidText(bytes: Buffer): string {
  const hex = bytes.toString('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
}
