import type { Micros } from '@waggle/base'
import { partitionName, type MergePolicy, type Position } from '@waggle/event'
import type { CoordinationScope } from './coordination-view.ts'
import {
  openRivals,
  entryName,
  type EntryState,
  type MemoryState,
  type Rival,
} from './entry-state.ts'
import type { PartitionState } from './fold-coordination.ts'
import type { MemoryTable, RememberedWrite } from './fold-memory.ts'

export interface EntryReport {
  readonly namespace: string
  readonly key: string
  /** JSON. */
  readonly value: string
  readonly version: number
  /** Of the write that last changed it. */
  readonly writer: string
  readonly knownFrom: Micros
  readonly policy: MergePolicy
  readonly irreversible: boolean
  /** Values that wait for a write that has seen the content, oldest first; the latest ones are kept. */
  readonly conflicts: readonly Rival[]
}

/** Reads of shared memory; plain copies, the caller may keep them. */
export interface MemoryView {
  entry(scope: CoordinationScope, namespace: string, key: string): EntryReport | undefined
  /** Entries of a namespace whose key begins with `prefix`, by key. */
  entries(scope: CoordinationScope, namespace: string, prefix?: string): EntryReport[]
  /** Entries of the swarm with conflicts, by namespace and key. */
  openConflicts(scope: CoordinationScope): EntryReport[]
  /** What became of the write at this position; the latest ten thousand of a partition are remembered. */
  writeAnswer(run: string | null, at: Position): RememberedWrite | undefined
}

export function createMemoryView(partitions: ReadonlyMap<string, PartitionState>): MemoryView {
  const tables = (run: string | null): MemoryTable[] =>
    [...partitions.values()].flatMap((partition) => partition.runs.get(run ?? '')?.memory ?? [])
  const memories = ({ swarm, run }: CoordinationScope): MemoryState[] =>
    tables(run).flatMap((table) => table.bySwarm.get(swarm) ?? [])
  const find = (
    scope: CoordinationScope,
    isWanted: (entry: EntryState) => boolean,
  ): EntryReport[] =>
    memories(scope)
      .flatMap(({ entries }) => [...entries.values()].filter(isWanted))
      .map(reportEntry)
      .sort(byName)

  return {
    entry: (scope, namespace, key) => {
      const name = entryName({ namespace, key })
      for (const { entries } of memories(scope)) {
        const entry = entries.get(name)
        if (entry !== undefined) return reportEntry(entry)
      }
      return undefined
    },
    entries: (scope, namespace, prefix = '') =>
      find(scope, (entry) => entry.namespace === namespace && entry.key.startsWith(prefix)),
    openConflicts: (scope) => find(scope, (entry) => openRivals(entry).length > 0),
    writeAnswer: (run, at) =>
      partitions
        .get(partitionName(at))
        ?.runs.get(run ?? '')
        ?.memory.answers.get(Number(at.offset)),
  }
}

function reportEntry(entry: EntryState): EntryReport {
  const { namespace, key, value, version, writer, knownFrom, policy, irreversible } = entry
  const conflicts = openRivals(entry)
  return { namespace, key, value, version, writer, knownFrom, policy, irreversible, conflicts }
}

function byName(a: EntryReport, b: EntryReport): number {
  if (a.namespace !== b.namespace) return a.namespace < b.namespace ? -1 : 1
  return a.key < b.key ? -1 : a.key > b.key ? 1 : 0
}
