import { partitionName, positionText, type TopicPartition } from '@waggle/event'
import type { EventLog } from '@waggle/log'
import { findDifference } from './find-difference.ts'
import type { Finding } from './finding.ts'
import type { LogTrees } from './log-trees.ts'
import { base64Of, type Hash } from './merkle-hash.ts'
import { emptyTree, foldRecords, type PartitionTree } from './partition-tree.ts'
import { readSuspect, type Unreadable } from './read-through.ts'

/** What one partition has to hold, up to an offset. */
export interface CertifiedTree extends TopicPartition {
  readonly size: number
  readonly nextOffset: bigint
  readonly root: Hash
  /** Which of the two trees the root is of. */
  readonly tree: 'storage' | 'content'
}

/**
 * Reads a partition again from its start and compares its root. With the trees that were kept, the first record at
 * fault is named; without, the partition, or the record that cannot be read.
 */
export async function verifyPartition(
  log: EventLog,
  certified: CertifiedTree,
  trees: LogTrees | undefined,
): Promise<Finding | undefined> {
  const name = partitionName(certified)
  if ((log.topics[certified.topic] ?? 0) <= certified.partition) {
    const expected = `${certified.size} records`
    return { what: 'partition', at: name, expected, found: 'no such partition' }
  }
  const { tree, unreadable } = await refold(log, certified)
  const found = tree[certified.tree]
  if (unreadable === undefined && found.size === certified.size) {
    if (found.root() === certified.root) return undefined
  }
  if (trees !== undefined && certified.tree === 'storage')
    return findDifference(log, certified, trees)
  const expected = `${certified.size} records, root ${base64Of(certified.root)}`
  if (unreadable !== undefined) {
    const at = positionText({ ...certified, offset: unreadable.offset })
    return { what: 'record', at, expected, found: unreadable.reason }
  }
  const text = `${found.size} records, root ${base64Of(found.root())}`
  return { what: 'partition', at: name, expected, found: text }
}

/**
 * The storage tree ends at the certified offset, the content tree with the certified number of records: another
 * engine may hold them at other offsets.
 */
async function refold(
  log: EventLog,
  certified: CertifiedTree,
): Promise<{ tree: PartitionTree; unreadable: Unreadable | undefined }> {
  const tree = emptyTree(certified)
  const byCount = certified.tree === 'content'
  const [end] = byCount ? await log.ends([certified]) : []
  const until = end?.offset ?? certified.nextOffset
  const batches = readSuspect(log, { ...certified, offset: 0n }, until)
  for (;;) {
    const step = await batches.next()
    if (step.done === true) return { tree, unreadable: step.value }
    const left = certified.size - tree.content.size
    foldRecords(tree, byCount ? step.value.slice(0, left) : step.value)
    if (byCount && tree.content.size === certified.size) return { tree, unreadable: undefined }
  }
}
