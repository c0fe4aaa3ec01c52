import { partitionName, type TopicPartition } from '@waggle/event'
import { HASH_BYTES, nodeHash, type Hash } from './merkle-hash.ts'
import type { NodeReader } from './tree-proofs.ts'

/**
 * Keeps the storage trees' hashes of every eighth level, one file or array a level (after C2SP tlog-tiles, with
 * tiles of 256 hashes joined into one file): 32.1 bytes a record, and any node is at most 128 hashes away.
 * Hashes are a function of the log, so whoever writes one a second time writes the same bytes.
 */
export interface TileStore {
  /** Where the trees stood at the last save; undefined before the first. */
  load(): Promise<string | undefined>
  /** Writes hashes of a level at an index; durable with the next save. */
  write(at: TopicPartition, level: number, index: number, hashes: Buffer): Promise<void>
  /** Hashes of a level; fewer where there are no more. */
  read(at: TopicPartition, level: number, index: number, count: number): Promise<Buffer>
  /** Makes durable what was written, then the state that counts on it, whole or not at all. */
  save(state: string): Promise<void>
}

export const TILE_LEVELS = 8

/** The nodes of a partition's storage tree, from the kept levels. */
export function nodesOf(store: TileStore, at: TopicPartition): NodeReader {
  return async (level, index) => {
    const above = level % TILE_LEVELS
    const count = 2 ** above
    const hashes = await store.read(at, level - above, index * count, count)
    if (hashes.length !== count * HASH_BYTES)
      throw new Error(`Broken invariant: the tree of ${partitionName(at)} has node ${index}`)
    return subtreeRoot(hashesIn(hashes))
  }
}

export function hashesIn(bytes: Buffer): Hash[] {
  return Array.from({ length: bytes.length / HASH_BYTES }, (_, index) =>
    bytes.toString('latin1', index * HASH_BYTES, (index + 1) * HASH_BYTES),
  )
}

function subtreeRoot(hashes: readonly Hash[]): Hash {
  if (hashes.length === 1) return hashes[0]!
  return subtreeRoot(
    Array.from({ length: hashes.length / 2 }, (_, index) =>
      nodeHash(hashes[2 * index]!, hashes[2 * index + 1]!),
    ),
  )
}

/** Forgets everything at the end: for a certificate made at once, and for tests. */
export function createMemoryTiles(): TileStore {
  const levels = new Map<string, Buffer>()
  let saved: string | undefined
  const nameOf = (at: TopicPartition, level: number): string => `${partitionName(at)}/${level}`
  return {
    load: async () => saved,
    save: async (state) => void (saved = state),
    write: async (at, level, index, hashes) => {
      const name = nameOf(at, level)
      const end = index * HASH_BYTES + hashes.length
      let bytes = levels.get(name) ?? Buffer.alloc(0)
      if (bytes.length < end) {
        const grown = Buffer.alloc(Math.max(end, 2 * bytes.length))
        grown.set(bytes)
        bytes = grown
        levels.set(name, bytes)
      }
      bytes.set(hashes, index * HASH_BYTES)
    },
    read: async (at, level, index, count) => {
      const bytes = levels.get(nameOf(at, level)) ?? Buffer.alloc(0)
      return bytes.subarray(index * HASH_BYTES, (index + count) * HASH_BYTES)
    },
  }
}
