import { partitionName, positionText, type Position } from '@waggle/event'
import type { EventLog } from '@waggle/log'
import { CompactRange } from './compact-range.ts'
import type { Finding } from './finding.ts'
import type { LogTrees } from './log-trees.ts'
import { base64Of, type Hash } from './merkle-hash.ts'
import { readSuspect } from './read-through.ts'
import { leafOf } from './record-leaf.ts'
import type { CertifiedTree } from './verify-log.ts'

const LEAVES = 4096

/**
 * The first record of a partition that is not the certified one, by the leaf hashes that were kept. Those prove
 * themselves: their root has to be the certified one, or they say nothing.
 */
export async function findDifference(
  log: EventLog,
  certified: CertifiedTree,
  trees: LogTrees,
): Promise<Finding> {
  const kept = await keptRoot(certified, trees)
  if (kept !== certified.root) {
    const found = kept === undefined ? 'too few hashes' : base64Of(kept)
    const at = partitionName(certified)
    return { what: 'trees', at, expected: base64Of(certified.root), found }
  }
  let index = 0
  const last: Position = { ...certified, offset: 0n }
  const records = readSuspect(log, last, certified.nextOffset)
  let next = 0n
  for (;;) {
    const step = await records.next()
    if (step.done === true) {
      const offset = step.value?.offset ?? next
      const found = step.value?.reason ?? 'no record'
      return await finding(certified, trees, index, offset, found)
    }
    const leaves = await trees.leaves(certified, index, step.value.length)
    for (const [at, record] of step.value.entries()) {
      const { storage } = leafOf(record)
      if (storage === leaves[at]) {
        next = record.offset + 1n
        continue
      }
      // Where it is a later one that was certified, those in between are missing.
      const later = await trees.leaves(certified, index + at + 1, LEAVES)
      return later.includes(storage) && record.offset > next
        ? await finding(certified, trees, index + at, next, 'no record')
        : await finding(certified, trees, index + at, record.offset, base64Of(storage))
    }
    index += step.value.length
  }
}

async function finding(
  certified: CertifiedTree,
  trees: LogTrees,
  index: number,
  offset: bigint,
  found: string,
): Promise<Finding> {
  const [leaf] = index < certified.size ? await trees.leaves(certified, index, 1) : []
  const expected = leaf === undefined ? 'no record' : base64Of(leaf)
  return { what: 'record', at: positionText({ ...certified, offset }), expected, found }
}

/** Root of the leaf hashes kept; undefined where there are too few. */
async function keptRoot(certified: CertifiedTree, trees: LogTrees): Promise<Hash | undefined> {
  const range = new CompactRange()
  while (range.size < certified.size) {
    const count = Math.min(LEAVES, certified.size - range.size)
    const leaves = await trees.leaves(certified, range.size, count)
    if (leaves.length < count) return undefined
    for (const leaf of leaves) range.append(leaf)
  }
  return range.root()
}
