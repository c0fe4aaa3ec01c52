import { WaggleError } from '@waggle/base'
import { partitionName, positionText, type Position, type TopicPartition } from '@waggle/event'
import { partitionsOf, type EventLog } from '@waggle/log'
import { CompactRange } from './compact-range.ts'
import { base64Of, HASH_BYTES, hashOfBase64, type Hash } from './merkle-hash.ts'
import { copyTree, emptyTree, foldRecords, type PartitionTree } from './partition-tree.ts'
import { readThrough } from './read-through.ts'
import { leafOf } from './record-leaf.ts'
import { hashesIn, nodesOf, TILE_LEVELS, type TileStore } from './tile-store.ts'
import type { NodeReader } from './tree-proofs.ts'

/** The trees over a log, kept beside it: each call reads on from where they stand. */
export interface LogTrees {
  /** The trees by partition name, as far as they are read. */
  readonly partitions: ReadonlyMap<string, PartitionTree>
  /**
   * Reads up to these ends, or those the log has now, and saves. LOG_CORRUPT where the log ends before the trees,
   * or the last record read is not the one that was read then: it was rolled back.
   */
  advance(log: EventLog, options?: AdvanceOptions): Promise<void>
  /** Nodes of a partition's storage tree, for proofs. */
  nodes(at: TopicPartition): NodeReader
  /** Leaf hashes of a partition's storage tree, for finding the record at fault. */
  leaves(at: TopicPartition, index: number, count: number): Promise<Hash[]>
}

export interface AdvanceOptions {
  readonly ends?: readonly Position[]
  readonly batchRecords?: number
}

const STATE_VERSION = 1

/** What is kept between runs; the positions and the trees are saved as one. */
interface SavedTree extends TopicPartition {
  readonly nextOffset: string
  readonly size: number
  readonly content: readonly string[]
  readonly storage: readonly string[]
  readonly schemas: readonly number[]
}

/** Trees of a log's partitions as the store has them. */
export async function openLogTrees(store: TileStore): Promise<LogTrees> {
  const partitions = new Map(restore(await store.load()).map((tree) => [partitionName(tree), tree]))
  const treeOf = (at: TopicPartition): PartitionTree => {
    const name = partitionName(at)
    let tree = partitions.get(name)
    if (tree === undefined) partitions.set(name, (tree = emptyTree(at)))
    return tree
  }
  const leaves: LogTrees['leaves'] = async (at, index, count) =>
    hashesIn(await store.read(at, 0, index, count))

  const checkLast = async (log: EventLog, tree: PartitionTree): Promise<void> => {
    const offset = tree.nextOffset - 1n
    const [record] = await log.read({ ...tree, offset }, 1)
    const [kept] = await leaves(tree, tree.storage.size - 1, 1)
    if (record !== undefined && leafOf(record).storage === kept) return
    throw rolledBack({ ...tree, offset }, 'is not the record that was read before')
  }

  const advanceOne = async (
    log: EventLog,
    end: Position,
    batchRecords?: number,
  ): Promise<boolean> => {
    const tree = treeOf(end)
    if (end.offset < tree.nextOffset)
      throw rolledBack(end, `is the end, behind which there was more`)
    if (tree.nextOffset > 0n) await checkLast(log, tree)
    const before = tree.nextOffset
    const from = { ...end, offset: before }
    for await (const records of readThrough(log, from, end.offset, batchRecords)) {
      // A copy, so that a disk that fails leaves the trees no further than their hashes.
      const next = copyTree(treeOf(end))
      const tiles = new NewTiles(next.storage.size)
      foldRecords(next, records, (level, root) => tiles.add(level, root))
      for (const { level, index, bytes } of tiles.all())
        await store.write(next, level, index, bytes)
      partitions.set(partitionName(end), next)
    }
    return treeOf(end).nextOffset > before
  }

  return {
    partitions,
    leaves,
    nodes: (at) => nodesOf(store, at),
    advance: async (log, { ends, batchRecords } = {}) => {
      const wanted = ends ?? (await log.ends(partitionsOf(log, Object.keys(log.topics))))
      let moved = false
      for (const end of wanted) moved = (await advanceOne(log, end, batchRecords)) || moved
      if (moved) await store.save(JSON.stringify(saved(partitions.values())))
    },
  }
}

/** Subtrees that a batch completes, gathered by kept level. */
class NewTiles {
  readonly #size: number
  readonly #levels = new Map<number, Hash[]>()

  constructor(size: number) {
    this.#size = size
  }

  add(level: number, root: Hash): void {
    if (level % TILE_LEVELS !== 0) return
    const hashes = this.#levels.get(level)
    if (hashes === undefined) this.#levels.set(level, [root])
    else hashes.push(root)
  }

  all(): { level: number; index: number; bytes: Buffer }[] {
    return [...this.#levels].map(([level, hashes]) => {
      const bytes = Buffer.allocUnsafe(hashes.length * HASH_BYTES)
      hashes.forEach((hash, index) => bytes.write(hash, index * HASH_BYTES, 'latin1'))
      return { level, index: Math.floor(this.#size / 2 ** level), bytes }
    })
  }
}

function saved(trees: Iterable<PartitionTree>): {
  version: number
  trees: readonly SavedTree[]
} {
  return {
    version: STATE_VERSION,
    trees: [...trees]
      .filter(({ nextOffset }) => nextOffset > 0n)
      .map(({ topic, partition, nextOffset, content, storage, schemas }) => ({
        topic,
        partition,
        nextOffset: String(nextOffset),
        size: storage.size,
        content: content.edge.map(base64Of),
        storage: storage.edge.map(base64Of),
        schemas: [...schemas].sort((a, b) => a - b),
      })),
  }
}

/** A state of another version, or none at all, begins again: it is nothing but a fold of the log. */
function restore(text: string | undefined): PartitionTree[] {
  if (text === undefined) return []
  const state = JSON.parse(text) as ReturnType<typeof saved>
  if (state.version !== STATE_VERSION) return []
  return state.trees.map(({ topic, partition, nextOffset, size, content, storage, schemas }) => ({
    topic,
    partition,
    nextOffset: BigInt(nextOffset),
    content: new CompactRange(size, content.map(hashOf)),
    storage: new CompactRange(size, storage.map(hashOf)),
    schemas: new Set(schemas),
  }))
}

function hashOf(text: string): Hash {
  const hash = hashOfBase64(text)
  if (hash === undefined)
    throw new WaggleError('INPUT_INVALID', 'The kept trees are damaged: delete their folder', {
      input: text,
    })
  return hash
}

function rolledBack(at: Position, what: string): WaggleError {
  return new WaggleError('LOG_CORRUPT', `The log was rolled back: ${positionText(at)} ${what}`, {
    input: positionText(at),
  })
}
