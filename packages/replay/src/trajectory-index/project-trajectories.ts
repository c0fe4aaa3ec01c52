import { createHash } from 'node:crypto'
import type { Projection } from '@waggle/consume'
import { EVENT_TOPICS, partitionName, type TopicPartition } from '@waggle/event'
import { partitionsOf, type EventLog } from '@waggle/log'
import type { Judgments } from '../judgments.ts'
import type { IndexStore } from './index-store.ts'
import { PartitionIndex } from './partition-index.ts'
import { fingerprint, scopeHash, termOf, type Term, type TermScope } from './terms.ts'

/** Where events stand, by what they say; and what admission decided about them. */
export interface TrajectoryIndex extends Judgments {
  /**
   * Offsets of a partition at which events with this term may stand, ascending: every one that does and was
   * indexed, and by chance others.
   */
  find(at: TopicPartition, scope: TermScope, term: Term): readonly number[]
}

export interface TrajectoryProjection extends Projection {
  readonly index: TrajectoryIndex
}

/** The stored form; another one is rebuilt. */
const VERSION = 1
const VERSION_NAME = 'version'

export interface TrajectoryProjectionOptions {
  readonly store: IndexStore
  /** The log to be indexed: it says which partitions there are. */
  readonly log: Pick<EventLog, 'topics'>
}

/**
 * The trajectory index as a projection. It belongs to one log: for another one it must be reset.
 */
export function createTrajectoryProjection({
  store,
  log,
}: TrajectoryProjectionOptions): TrajectoryProjection {
  const all = partitionsOf(log, EVENT_TOPICS)
  const partitions = new Map<string, PartitionIndex>()
  const partitionAt = (at: TopicPartition): PartitionIndex => {
    const name = partitionName(at)
    let partition = partitions.get(name)
    if (partition === undefined) {
      partition = new PartitionIndex(at, store)
      partitions.set(name, partition)
    }
    return partition
  }
  const reset = async (): Promise<void> => {
    partitions.clear()
    await store.clear()
    await store.write(new Map([[VERSION_NAME, Buffer.from(String(VERSION))]]))
  }
  return {
    name: 'trajectory-index',
    version: VERSION,
    topics: EVENT_TOPICS,
    index: {
      find: (at, scope, term) => {
        const [kind, value] = termOf(term)
        return partitionAt(at).find(kind, fingerprint(scopeHash(scope), value))
      },
      of: async (at) => {
        const partition = partitionAt(at)
        return partition.nextOffset === 0 ? undefined : prefixOf(partition)
      },
    },
    checkpoints: async () => {
      if (store.get(VERSION_NAME)?.toString() !== String(VERSION)) await reset()
      // What is in memory alone is given again from the stored positions.
      partitions.clear()
      return all.map((at) => partitionAt(at).checkpoint).filter(({ nextOffset }) => nextOffset > 0n)
    },
    apply: (batch) => partitionAt(batch).apply(batch),
    reset,
    digest: async () => {
      const hash = createHash('sha256')
      for (const partition of all.map(partitionAt)) {
        for (const [name, block] of partition.entries()) hash.update(`${name}\n`).update(block)
        hash.update(`${partition.nextOffset}\n`)
      }
      return hash.digest('hex')
    },
  }
}

/** An index that another process keeps, as it stands; undefined where there is none of this version. */
export function readTrajectoryIndex(
  options: TrajectoryProjectionOptions,
): TrajectoryIndex | undefined {
  const stored = options.store.get(VERSION_NAME)?.toString()
  return stored === String(VERSION) ? createTrajectoryProjection(options).index : undefined
}

/** What stands at this moment: a reader keeps it while the index goes on. */
function prefixOf(partition: PartitionIndex): Awaited<ReturnType<Judgments['of']>> {
  const { nextOffset, admission } = partition
  return { nextOffset, admission, exceptions: (block) => partition.exceptions(block) }
}
