import type { Position } from '@waggle/event'
import type { PartitionId } from './read-batches.ts'
import type { Storage } from './storage.ts'

/**
 * Ends of partitions as they were looked up since the last append: one look serves every tail of the process, most of
 * which stand at the end of most partitions. Whoever hears of an append says so by `forget`.
 */
export class SeenEnds {
  readonly #storage: Storage
  readonly #locate: (at: Position) => PartitionId
  readonly #ends = new Map<string, number>()

  constructor(storage: Storage, locate: (at: Position) => PartitionId) {
    this.#storage = storage
    this.#locate = locate
  }

  forget(): void {
    this.#ends.clear()
  }

  /** Whether there was nothing to read at a position of the partition of this name. */
  isAtEnd(name: string, position: Position): boolean {
    return Number(position.offset) === (this.#ends.get(name) ?? this.#lookUp(name, position))
  }

  #lookUp(name: string, position: Position): number {
    if (this.#ends.size === 0) this.#storage.refresh()
    const { topicId, partition } = this.#locate(position)
    const { next } = this.#storage.end(topicId, partition)
    this.#ends.set(name, next)
    return next
  }
}
