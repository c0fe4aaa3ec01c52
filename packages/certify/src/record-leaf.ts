import type { LogRecord } from '@waggle/log'
import { HASH_BYTES, sha256, type Hash } from './merkle-hash.ts'

/**
 * What a record is to the trees. All numbers are big-endian; u32 lengths count bytes; text is UTF-8.
 *
 *   content = SHA-256(0x00
 *               || u32 length of topic || topic || u32 partition
 *               || u32 length of key || key
 *               || u32 number of headers || for each, in order: u32 length of name || name || u32 length || text
 *               || u32 length of value || value)
 *   storage = SHA-256(0x00 || content || u64 offset || f64 append time in microseconds)
 *
 * Both are leaf hashes of RFC 6962, section 2.1. `content` is what was said, in its order, and the same in every
 * engine that took the same records; `storage` adds where and when this engine put them. Header and key are
 * taken as readers of the log get them.
 */
export interface RecordLeaf {
  readonly content: Hash
  readonly storage: Hash
}

const place = Buffer.alloc(1 + HASH_BYTES + 16)
let scratch = Buffer.alloc(4096)

/** Hashes of a record: of its content, and of its content with its place in the log. */
export function leafOf(record: LogRecord): RecordLeaf {
  const content = sha256(frameOf(record))
  place.write(content, 1, 'latin1')
  place.writeBigUInt64BE(record.offset, 1 + HASH_BYTES)
  place.writeDoubleBE(record.appendedAt, 1 + HASH_BYTES + 8)
  return { content, storage: sha256(place) }
}

function frameOf({ topic, partition, key, headers, value }: LogRecord): Buffer {
  const names = Object.keys(headers)
  // A UTF-16 unit takes at most three bytes in UTF-8.
  let most = 21 + 3 * (topic.length + key.length) + value.length
  for (const name of names) most += 8 + 3 * (name.length + headers[name]!.length)
  if (scratch.length < most) scratch = Buffer.alloc(2 * most)
  let at = writeText(topic, 1)
  at = scratch.writeUInt32BE(partition, at)
  at = writeText(key, at)
  at = scratch.writeUInt32BE(names.length, at)
  for (const name of names) at = writeText(headers[name]!, writeText(name, at))
  at = scratch.writeUInt32BE(value.length, at)
  scratch.set(value, at)
  return scratch.subarray(0, at + value.length)
}

function writeText(text: string, at: number): number {
  const length = scratch.write(text, at + 4)
  scratch.writeUInt32BE(length, at)
  return at + 4 + length
}
