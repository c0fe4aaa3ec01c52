import type { Micros } from '@waggle/base'
import {
  knownEventOf,
  stateRows,
  type Checkpoint,
  type Dump,
  type KeptProjection,
} from '@waggle/consume'
import { partitionName, type TopicPartition, type WaggleEvent } from '@waggle/event'
import { createCoordinationView, type CoordinationView } from './coordination-view.ts'
import { COORDINATION_TOPICS, emptyPartition, type PartitionState } from './fold-coordination.ts'
import { duePartitions } from './due-partitions.ts'
import { digestState } from './digest-state.ts'
import { countsAllButForks, foldResults } from './result-events.ts'

export interface ResultPublisher {
  /** Takes results in order; called again with the same ones after a failure. */
  publish(events: readonly WaggleEvent[]): Promise<void>
  /** Others may have published since: what is in the log is read again before the next publication. */
  lookAgain(): void
}

export interface CoordinationProjection extends KeptProjection {
  readonly view: CoordinationView
  /** Partitions of the live run where only a tick can show that something ended before this time. */
  due(by: Micros): TopicPartition[]
}

/**
 * Consensus and lock state in process. The state moves first and its results are published after: a failed
 * publication is repeated before anything else of the partition is applied, and the results' sequence
 * numbers make that harmless.
 */
export function createCoordinationProjection(
  publisher: ResultPublisher,
  counts = countsAllButForks,
): CoordinationProjection {
  const partitions = new Map<string, PartitionState>()
  const checkpoints = new Map<string, Checkpoint>()
  const pending = new Map<string, readonly WaggleEvent[]>()

  const publishPending = async (name: string): Promise<void> => {
    const waiting = pending.get(name)
    if (waiting === undefined) return
    if (waiting.length > 0) await publisher.publish(waiting)
    pending.delete(name)
  }

  return {
    name: 'coordination',
    version: 2,
    topics: COORDINATION_TOPICS,
    view: createCoordinationView(partitions),
    due: (by) =>
      duePartitions(
        [...checkpoints].map(([name, at]) => [at, partitions.get(name)!] as const),
        by,
      ),
    checkpoints: async () => {
      // A runner that starts again asks first: what is still to be published comes before anything new.
      for (const name of pending.keys()) await publishPending(name)
      return [...checkpoints.values()]
    },
    apply: async ({ topic, partition, nextOffset, events, admission, visible }) => {
      const at: TopicPartition = { topic, partition }
      const name = partitionName(at)
      await publishPending(name)
      const applied = checkpoints.get(name)?.nextOffset ?? 0n
      if (nextOffset <= applied) return
      const known = events.filter(({ record }) => record.offset >= applied).map(knownEventOf)
      const state = partitions.get(name) ?? emptyPartition()
      partitions.set(name, state)
      const results = foldResults(state, at, known, counts)
      checkpoints.set(name, { topic, partition, nextOffset, admission })
      pending.set(name, results)
      // The count is a fact of the log already; that it is said there too is awaited by no reader.
      visible?.()
      await publishPending(name)
    },
    keep: async (kept) => {
      const names = new Set(kept.map(partitionName))
      for (const held of [partitions, checkpoints, pending]) {
        for (const name of held.keys()) if (!names.has(name)) held.delete(name)
      }
      publisher.lookAgain()
    },
    reset: async () => {
      partitions.clear()
      checkpoints.clear()
      pending.clear()
    },
    digest: async () => digestPartitions(partitions),
    rows: () => stateRows(partitions),
    dump: () => (pending.size > 0 ? undefined : dumpOf(partitions, checkpoints)),
    load: (dump, only) => {
      const state = dump.state as ReadonlyMap<string, PartitionState>
      for (const at of missingOf(dump, checkpoints, only)) {
        partitions.set(partitionName(at), state.get(partitionName(at))!)
        checkpoints.set(partitionName(at), at)
      }
    },
  }
}

/** Not while results wait: a process that begins from the dump would never say them. */
function dumpOf(
  state: ReadonlyMap<string, PartitionState>,
  checkpoints: ReadonlyMap<string, Checkpoint>,
): Dump {
  return { state, checkpoints: [...checkpoints.values()] }
}

/** What a dump holds and the view does not, of the partitions named if any are. */
function missingOf(
  dump: Dump,
  held: ReadonlyMap<string, Checkpoint>,
  only: ReadonlySet<string> | undefined,
): Checkpoint[] {
  return dump.checkpoints.filter((at) => {
    const name = partitionName(at)
    return !held.has(name) && (only?.has(name) ?? true)
  })
}

/** SHA-256 over all partitions by name; a partition's own order is the log's. */
function digestPartitions(partitions: ReadonlyMap<string, PartitionState>): string {
  const sorted = [...partitions].sort(([a], [b]) => (a < b ? -1 : 1))
  return digestState(sorted)
}
