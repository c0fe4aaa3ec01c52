import { knownEventOf, readAdmitted, type AdmittedSource } from '@waggle/consume'
import { partitionName, type Position, type TopicPartition } from '@waggle/event'
import { digestHot } from '../digest-hot.ts'
import { foldHot } from '../fold-hot.ts'
import type { HotState } from '../hot-state.ts'
import { positionsOf } from './hold-writers.ts'
import type { HotKeys } from './hot-keys.ts'
import { loadHotState } from './load-hot.ts'
import type { RedisLink } from './redis-link.ts'

export interface PartitionCheck {
  /** The partition, and how far it was compared. */
  readonly position: Position
  /**
   * `moved`: it was written to meanwhile, so nothing can be said; pause the runner to be sure. `different`: something
   * was evicted, expired or changed by someone else.
   */
  readonly verdict: 'equal' | 'different' | 'moved'
}

/** Compares what Redis holds of each partition with the fold of the log up to its position. */
export async function verifyHotStore(
  link: RedisLink,
  keys: HotKeys,
  partitions: readonly TopicPartition[],
  source: AdmittedSource,
): Promise<PartitionCheck[]> {
  const before = await positionsOf(link, keys, partitions)
  const states = new Map(partitions.map((at) => [partitionName(at), new Map() as HotState]))
  await loadHotState(link, keys, (partition) => states.get(partition))
  const after = await positionsOf(link, keys, partitions)
  const checks: PartitionCheck[] = []
  for (const [index, position] of before.entries()) {
    const moved = after[index]!.offset !== position.offset
    const held = states.get(partitionName(position))!
    const equal = !moved && digestHot(held) === digestHot(await foldUpTo(source, position))
    checks.push({ position, verdict: moved ? 'moved' : equal ? 'equal' : 'different' })
  }
  return checks
}

async function foldUpTo(source: AdmittedSource, end: Position): Promise<HotState> {
  const state: HotState = new Map()
  for await (const admitted of readAdmitted(source, end)) {
    for (const record of admitted) foldHot(state, knownEventOf(record))
  }
  return state
}
