import { schemaIdOf } from '@waggle/codec'
import { EVENT_TOPICS, type TopicPartition } from '@waggle/event'
import type { LogRecord } from '@waggle/log'
import { CompactRange } from './compact-range.ts'
import type { Hash } from './merkle-hash.ts'
import { leafOf } from './record-leaf.ts'

/** The two trees over one partition as far as it is read: a pure fold of its records. */
export interface PartitionTree extends TopicPartition {
  /** Offset behind the last record read. */
  nextOffset: bigint
  readonly content: CompactRange
  readonly storage: CompactRange
  /** Schema ids that stand in the frames. */
  readonly schemas: Set<number>
}

/** Gets the root of each subtree of the storage tree once it is complete. */
export type OnSubtree = (level: number, root: Hash) => void

const eventTopics: ReadonlySet<string> = new Set(EVENT_TOPICS)

export function emptyTree({ topic, partition }: TopicPartition): PartitionTree {
  return {
    topic,
    partition,
    nextOffset: 0n,
    content: new CompactRange(),
    storage: new CompactRange(),
    schemas: new Set(),
  }
}

export function copyTree({ content, storage, schemas, ...at }: PartitionTree): PartitionTree {
  return {
    ...at,
    content: new CompactRange(content.size, content.edge),
    storage: new CompactRange(storage.size, storage.edge),
    schemas: new Set(schemas),
  }
}

/** Folds the next records in; however they are cut into batches, the trees are the same. */
export function foldRecords(
  tree: PartitionTree,
  records: readonly LogRecord[],
  onSubtree?: OnSubtree,
): void {
  const hasFrames = eventTopics.has(tree.topic)
  for (const record of records) {
    const { content, storage } = leafOf(record)
    tree.content.append(content)
    tree.storage.append(storage, onSubtree)
    tree.nextOffset = record.offset + 1n
    if (hasFrames) noteSchema(tree.schemas, record.value)
  }
}

function noteSchema(schemas: Set<number>, value: Buffer): void {
  try {
    schemas.add(schemaIdOf(value))
  } catch {
    // No frame: admission refuses it, and it names no schema.
  }
}
