import type { AvroRecord } from '@waggle/event'

/**
 * Avro object container file (Avro 1.12, "Object container files"), made of bodies that are already
 * encoded:
 *
 *   'Obj' 0x01 | metadata map: avro.schema, avro.codec | sync marker (16 bytes)
 *   block: count (long) | size in bytes (long) | bodies | sync marker
 */
const SYNC = Buffer.from('waggle-sync-mark', 'latin1')

/** Everything before the blocks; the same for all files of a schema. */
export function containerHeader(schema: AvroRecord): Buffer {
  const text = Buffer.from(JSON.stringify(schema))
  return Buffer.concat([
    Buffer.from('Obj\u0001', 'latin1'),
    longBytes(2),
    prefixed(Buffer.from('avro.schema')),
    prefixed(text),
    prefixed(Buffer.from('avro.codec')),
    prefixed(Buffer.from('null')),
    longBytes(0),
    SYNC,
  ])
}

/** Header and one block of `count` bodies. */
export function containerFile(header: Buffer, count: number, bodies: Buffer): Buffer {
  return Buffer.concat([header, longBytes(count), longBytes(bodies.length), bodies, SYNC])
}

/**
 * Zigzag varint of a safe integer, written at `at`; returns where it ends. At most ten bytes.
 * Six bits and the sign go first, because twice the integer plus a sign may not be a safe one.
 */
export function writeLong(into: Buffer, at: number, value: number): number {
  const magnitude = value >= 0 ? value : -value - 1
  let byte = (magnitude % 64) * 2 + (value >= 0 ? 0 : 1)
  let rest = Math.floor(magnitude / 64)
  while (rest > 0) {
    into[at++] = byte | 0x80
    byte = rest % 128
    rest = Math.floor(rest / 128)
  }
  into[at++] = byte
  return at
}

export function longBytes(value: number): Buffer {
  const bytes = Buffer.allocUnsafe(10)
  return bytes.subarray(0, writeLong(bytes, 0, value))
}

function prefixed(bytes: Buffer): Buffer {
  return Buffer.concat([longBytes(bytes.length), bytes])
}
