import { zstdCompressSync, zstdDecompressSync } from 'node:zlib'
import type { Micros } from '@waggle/base'
import { avroTypeOf, schemaIdOf, WriterSchema } from '@waggle/codec'
import { SCHEMAS, type AvroRecord } from '@waggle/event'

/** An event as it stands in the log, with what decodes it. */
export interface Frame {
  readonly bytes: Buffer
  readonly writer: WriterSchema
}

/** Where a frame lies. */
export interface FrameRef {
  readonly slab: number
  readonly start: number
  readonly length: number
}

interface Slab {
  /** Nothing where a dump was loaded and no frame of it asked for since. */
  bytes: Buffer
  /** The same compressed, as dumps take what is full: made once, and undone only for who asks. */
  packed?: Buffer | undefined
  used: number
  compressed: boolean
  /** Newest known_from in it. */
  newest: Micros
  /** Frames in it that are still wanted. */
  live: number
}

/** Slabs by number, and the schemas of what is in them by id. */
export interface FramesDump {
  readonly slabs: ReadonlyMap<number, Readonly<Slab>>
  readonly schemas: ReadonlyMap<number, AvroRecord>
  readonly current: number
  readonly newest: number
}

const SLAB_BYTES = 262_144
const FIRST_SLAB_BYTES = 4_096
/** Decompressed slabs kept for the next read. */
const READ_CACHE = 8
const NO_BYTES = Buffer.alloc(0)

/**
 * Frames packed end to end into slabs in the order of arrival, so in the order of age; a slab is compressed and
 * let go as a whole. Everything in it can be read again from the log: this is a cache, and never an
 * answer's only source.
 */
export class FrameStore {
  readonly #slabs = new Map<number, Slab>()
  readonly #writers = new Map<number, WriterSchema>()
  readonly #decompressed = new Map<number, Buffer>()
  #current = -1
  #newest = -1

  put({ bytes, writer }: Frame, knownFrom: Micros): FrameRef {
    this.#writers.set(writer.id, writer)
    let slab = this.#slabs.get(this.#current)
    if (slab === undefined || slab.used + bytes.length > Math.max(SLAB_BYTES, slab.bytes.length)) {
      slab = this.#open(bytes.length)
    } else if (slab.used + bytes.length > slab.bytes.length) {
      const larger = Buffer.allocUnsafeSlow(
        Math.min(SLAB_BYTES, Math.max(slab.bytes.length * 4, slab.used + bytes.length)),
      )
      slab.bytes.copy(larger, 0, 0, slab.used)
      slab.bytes = larger
    }
    const start = slab.used
    bytes.copy(slab.bytes, start)
    slab.used += bytes.length
    slab.live++
    slab.newest = Math.max(slab.newest, knownFrom)
    return { slab: this.#current, start, length: bytes.length }
  }

  /** Undefined once its slab has been let go: the log has it. */
  get({ slab: number, start, length }: FrameRef): Frame | undefined {
    const slab = this.#slabs.get(number)
    if (slab === undefined) return undefined
    const all = slab.compressed ? this.#decompress(number, slab) : plainBytes(slab)
    const bytes = all.subarray(start, start + length)
    return { bytes, writer: this.#writers.get(schemaIdOf(bytes))! }
  }

  /** A frame is no longer wanted; a slab without wanted frames goes. */
  release({ slab: number }: FrameRef): void {
    const slab = this.#slabs.get(number)
    if (slab === undefined) return
    slab.live--
    if (slab.live === 0) this.#drop(number)
  }

  /** Compresses slabs with nothing newer than `coldBefore`; lets go those older than `archiveBefore`. */
  age(coldBefore: Micros, archiveBefore: Micros): void {
    for (const [number, slab] of this.#slabs) {
      if (slab.newest < archiveBefore) this.#drop(number)
      else if (slab.newest < coldBefore && !slab.compressed) {
        slab.bytes = packedBytes(slab)
        slab.packed = undefined
        slab.compressed = true
        if (number === this.#current) this.#current = -1
      }
    }
  }

  /** Bytes of all slabs, with what is not used of them. */
  get bytes(): number {
    let bytes = 0
    for (const { bytes: plain, packed } of this.#slabs.values())
      bytes += plain.length + (packed?.length ?? 0)
    return bytes
  }

  isCompressed(ref: FrameRef): boolean | undefined {
    return this.#slabs.get(ref.slab)?.compressed
  }

  /** What a frame takes in memory: its share of its slab; 0 where only the log has it. */
  storedBytes({ slab: number, length }: FrameRef): number {
    const slab = this.#slabs.get(number)
    if (slab === undefined) return 0
    return slab.compressed ? (slab.bytes.length * length) / slab.used : length
  }

  /** What `load` takes: of the slabs themselves, so to be put away before they change. */
  dump(): FramesDump {
    const slabs = [...this.#slabs].map(([number, slab]) => {
      if (slab.compressed) return [number, slab] as const
      if (number === this.#current)
        return [number, { ...slab, bytes: slab.bytes.subarray(0, slab.used) }] as const
      return [number, { ...slab, bytes: NO_BYTES, packed: packedBytes(slab) }] as const
    })
    const schemas = [...this.#writers].map(([id, { schema }]) => [id, schema] as const)
    const [current, newest] = [this.#current, this.#newest]
    return { slabs: new Map(slabs), schemas: new Map(schemas), current, newest }
  }

  /** Takes up what `dump` gave, in place of nothing; copies the bytes. */
  load({ slabs, schemas, current, newest }: FramesDump): void {
    for (const [number, slab] of slabs) {
      const packed = slab.packed === undefined ? undefined : copyOf(slab.packed)
      this.#slabs.set(number, { ...slab, bytes: copyOf(slab.bytes), packed })
    }
    for (const [id, schema] of schemas) {
      const reader = avroTypeOf(SCHEMAS[WriterSchema.kindOf(schema)])
      this.#writers.set(id, new WriterSchema(id, schema, reader))
    }
    this.#current = current
    this.#newest = newest
  }

  #open(atLeast: number): Slab {
    const size = this.#slabs.size === 0 ? FIRST_SLAB_BYTES : SLAB_BYTES
    const slab: Slab = {
      bytes: Buffer.allocUnsafeSlow(Math.max(size, atLeast)),
      used: 0,
      compressed: false,
      newest: -Infinity,
      live: 0,
    }
    this.#current = ++this.#newest
    this.#slabs.set(this.#current, slab)
    return slab
  }

  #decompress(number: number, slab: Slab): Buffer {
    let bytes = this.#decompressed.get(number)
    if (bytes === undefined) {
      bytes = zstdDecompressSync(slab.bytes)
      if (this.#decompressed.size >= READ_CACHE) {
        for (const oldest of this.#decompressed.keys()) {
          this.#decompressed.delete(oldest)
          break
        }
      }
      this.#decompressed.set(number, bytes)
    }
    return bytes
  }

  #drop(number: number): void {
    this.#slabs.delete(number)
    this.#decompressed.delete(number)
    if (number === this.#current) this.#current = -1
  }
}

function packedBytes(slab: Slab): Buffer {
  slab.packed ??= zstdCompressSync(slab.bytes.subarray(0, slab.used))
  return slab.packed
}

function plainBytes(slab: Slab): Buffer {
  if (slab.bytes.length < slab.used && slab.packed !== undefined)
    slab.bytes = zstdDecompressSync(slab.packed, { chunkSize: Math.max(64, slab.used + 1) })
  return slab.bytes
}

/** Of its own: the rest of what it was read from can go. */
function copyOf(bytes: Uint8Array): Buffer {
  const copy = Buffer.allocUnsafeSlow(bytes.length)
  copy.set(bytes)
  return copy
}
