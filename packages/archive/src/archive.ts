import { WaggleError } from '@waggle/base'
import { partitionName, positionText, type Position } from '@waggle/event'
import type { ArchivedRows } from './archived-rows.ts'
import { Manifest } from './manifest.ts'
import type { ObjectStore } from './object-store.ts'
import { SegmentReader } from './read-segment.ts'
import { segmentName, type Segment } from './segment.ts'

/** Stored bytes of segments kept open; decoded rows come on top, a group for each file. */
const OPEN_BYTES_MAX = 64 * 2 ** 20

/** Reads of an archive. The manifest is read when it is opened, and again by `reload`. */
export class Archive {
  readonly store: ObjectStore
  #manifest: Manifest
  readonly #readers = new Map<string, SegmentReader>()

  private constructor(store: ObjectStore, manifest: Manifest) {
    this.store = store
    this.#manifest = manifest
  }

  /** ARCHIVE_UNAVAILABLE where the store cannot be reached; an empty one is an archive without segments. */
  static async open(store: ObjectStore): Promise<Archive> {
    return new Archive(store, await Manifest.load(store))
  }

  get manifest(): Manifest {
    return this.#manifest
  }

  async reload(): Promise<void> {
    this.#manifest = await Manifest.load(this.store)
  }

  covers(at: Position): boolean {
    return this.#segmentAt(at) !== undefined
  }

  /**
   * Rows from a position on, within one segment. ARCHIVE_GAP where no segment holds it, LOG_CORRUPT where the one
   * that does is damaged; positions of other segments stay readable.
   */
  async read(from: Position, max: number): Promise<ArchivedRows> {
    const segment = this.#segmentAt(from)
    if (segment === undefined) throw gapError(from, this.#manifest.segmentsOf(from))
    const rows = await this.#reader(segment).read(Number(from.offset), max)
    if (rows.count > 0 || segment.next >= this.#manifest.endOf(from, segment.next)) return rows
    // Behind the last record of a segment of a log whose offsets are not consecutive.
    return this.read({ ...from, offset: BigInt(segment.next) }, max)
  }

  #segmentAt({ topic, partition, offset }: Position): Segment | undefined {
    const segments = this.#manifest.segmentsOf({ topic, partition })
    return segments.findLast(({ first, next }) => first <= offset && next > offset)
  }

  #reader(segment: Segment): SegmentReader {
    const name = segmentName(segment)
    const reader = this.#readers.get(name) ?? new SegmentReader(this.store, segment)
    // Of each partition one segment is read at a time: an older one of it goes first.
    for (const other of this.#readers.keys())
      if (other !== name && other.startsWith(`${partitionName(segment)}@`))
        this.#readers.delete(other)
    this.#readers.delete(name)
    this.#readers.set(name, reader)
    let bytes = [...this.#readers.values()].reduce((sum, open) => sum + open.bytes, 0)
    for (const [oldest, open] of this.#readers) {
      if (bytes <= OPEN_BYTES_MAX || oldest === name) break
      this.#readers.delete(oldest)
      bytes -= open.bytes
    }
    return reader
  }
}

function gapError(from: Position, segments: readonly Segment[]): WaggleError {
  const before = segments.findLast(({ next }) => next <= from.offset)
  const behind = segments.find(({ first }) => first > from.offset)
  const where = `the archive has records before ${before?.next ?? 0} and from ${behind?.first ?? 'nowhere'} on`
  return new WaggleError('ARCHIVE_GAP', `${positionText(from)} is in no segment: ${where}`, {
    input: positionText(from),
  })
}
