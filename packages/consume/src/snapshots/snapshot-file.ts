import { createHash } from 'node:crypto'
import { deserialize, serialize } from 'node:v8'
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib'
import { WaggleError, type Micros } from '@waggle/base'
import { SCHEMAS } from '@waggle/event'
import type { Dump, KeptProjection } from '../projection.ts'

/**
 * A snapshot: a line that says what it is (its SHA-256, a space, JSON), then the state (structured clone, zstd). The
 * line is enough to choose by; the checksum in it covers the rest.
 */
export interface SnapshotHeader {
  readonly format: 1
  readonly view: string
  readonly version: number
  readonly key: string
  /** Of the schemas that the events in it were read by. */
  readonly schemas: string
  readonly partitions: readonly SnapshotPartition[]
  /** Largest known_from in it, by run. */
  readonly watermarks: Readonly<Record<string, Micros>>
  /** Bytes of the state, and their SHA-256. */
  readonly bytes: number
  readonly checksum: string
}

export interface SnapshotPartition {
  readonly topic: string
  readonly partition: number
  /** Offset behind the last record in it. */
  readonly nextOffset: string
  /** SHA-256 of that record: says that it was of this log. */
  readonly lastRecord: string
}

export const sha256 = (bytes: Uint8Array | string): string =>
  createHash('sha256').update(bytes).digest('hex')

const SCHEMAS_HASH = sha256(JSON.stringify(SCHEMAS))
const NEWLINE = 0x0a
/** Hexadecimal digits. */
const CHECKSUM = 64
/** States take about so many times the bytes of their files. */
const COMPRESSION = 8
const LEAST_ROOM = 65_536

/** What has to be equal for a view to take a snapshot. */
export function snapshotIdentity({ name, version, stateKey = '' }: KeptProjection) {
  return { format: 1, view: name, version, key: stateKey, schemas: SCHEMAS_HASH } as const
}

/** The state as bytes, at once: the view goes on meanwhile. */
export function bodyOf(dump: Dump): Buffer {
  const plain = serialize(dump)
  return zstdCompressSync(plain, { chunkSize: roomFor(plain.length / COMPRESSION) })
}

export function encodeSnapshot(
  projection: KeptProjection,
  { checkpoints }: Dump,
  { body, partitions }: { body: Buffer; partitions: readonly SnapshotPartition[] },
): Buffer {
  const watermarks: Record<string, Micros> = {}
  for (const { admission } of checkpoints)
    for (const [run, at] of admission.watermarks)
      watermarks[run] = Math.max(watermarks[run] ?? -Infinity, at)
  const header: SnapshotHeader = {
    ...snapshotIdentity(projection),
    partitions,
    watermarks,
    bytes: body.length,
    checksum: sha256(body),
  }
  const line = JSON.stringify(header)
  return Buffer.concat([Buffer.from(`${sha256(line)} ${line}\n`), body])
}

/** The first line; SNAPSHOT_INVALID where it is not what was written. */
export function headerIn(bytes: Buffer, name: string): SnapshotHeader {
  const line = bytes.toString('utf8', CHECKSUM + 1, Math.max(CHECKSUM, bytes.indexOf(NEWLINE)))
  if (bytes.toString('utf8', 0, CHECKSUM + 1) !== `${sha256(line)} `)
    throw invalid(name, 'its header is not what was written')
  return JSON.parse(line) as SnapshotHeader
}

/** The state; SNAPSHOT_INVALID where a byte of it is not what was written. */
export function dumpIn(bytes: Buffer, name: string): Dump {
  const header = headerIn(bytes, name)
  const body = bytes.subarray(bytes.indexOf(NEWLINE) + 1)
  if (body.length !== header.bytes || sha256(body) !== header.checksum)
    throw invalid(name, 'its bytes are not those that were written')
  const chunkSize = roomFor(body.length * COMPRESSION)
  return deserialize(zstdDecompressSync(body, { chunkSize })) as Dump
}

/** A state that comes out in one piece is not copied together from thousands; most of the time went there. */
function roomFor(bytes: number): number {
  return Math.max(LEAST_ROOM, Math.ceil(bytes))
}

export function invalid(name: string, what: string): WaggleError {
  return new WaggleError('SNAPSHOT_INVALID', `Snapshot ${name}: ${what}`, { input: name })
}
