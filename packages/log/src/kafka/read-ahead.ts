import { partitionName, type Position } from '@waggle/event'
import type { LogRecord } from '../event-log.ts'
import type { FetchedPartition } from './kafka-driver.ts'

interface Ahead {
  /** Where the reader must stand for this to be of use. */
  position: bigint
  records: readonly LogRecord[]
  /** Behind what the broker looked at, which may have been no record: a transaction's marker. */
  readonly fetchOffset: bigint
  readonly endOffset: bigint
}

/**
 * What a fetch brought and nobody has taken yet. Brokers answer with whole batches, readers take some
 * records: the rest waits here, for a few partitions.
 */
export class ReadAhead {
  readonly #byPartition = new Map<string, Ahead>()
  readonly #partitionsMax: number
  readonly #onSkipped: (offsets: bigint) => void

  /** `onSkipped` is told of offsets without a record: transactions' markers, or what compaction removed. */
  constructor(partitionsMax: number, onSkipped: (offsets: bigint) => void = () => {}) {
    this.#partitionsMax = partitionsMax
    this.#onSkipped = onSkipped
  }

  put(reader: Position, { records, nextOffset, endOffset }: FetchedPartition): void {
    const name = partitionName(reader)
    const ahead = { position: reader.offset, records, fetchOffset: nextOffset, endOffset }
    this.#byPartition.delete(name)
    this.#byPartition.set(name, ahead)
    if (this.#byPartition.size <= this.#partitionsMax) return
    for (const oldest of this.#byPartition.keys()) {
      this.#byPartition.delete(oldest)
      return
    }
  }

  /** At most so many records for a reader at this position; none where they must be fetched. */
  take(reader: Position, maxRecords: number): readonly LogRecord[] {
    const ahead = this.#at(reader)
    if (ahead === undefined || ahead.records.length === 0) return []
    const all = ahead.records.length <= maxRecords
    const taken = all ? ahead.records : ahead.records.slice(0, maxRecords)
    ahead.records = all ? [] : ahead.records.slice(maxRecords)
    const first = taken[0]!.offset
    const next = taken.at(-1)!.offset + 1n
    const skipped = next - reader.offset - BigInt(taken.length)
    if (skipped > 0n) this.#onSkipped(skipped)
    if (first < reader.offset) throw new Error('Broken invariant: a fetch starts at its position')
    ahead.position = next
    return taken
  }

  /** Where to fetch for this reader: behind what was looked at already. */
  fetchOffset(reader: Position): bigint {
    return this.#at(reader)?.fetchOffset ?? reader.offset
  }

  /** True where the last fetch saw the end of the partition here. */
  atEnd(reader: Position): boolean {
    const ahead = this.#at(reader)
    if (ahead === undefined || ahead.records.length > 0) return false
    return ahead.fetchOffset >= ahead.endOffset
  }

  #at(reader: Position): Ahead | undefined {
    const ahead = this.#byPartition.get(partitionName(reader))
    return ahead?.position === reader.offset ? ahead : undefined
  }
}
