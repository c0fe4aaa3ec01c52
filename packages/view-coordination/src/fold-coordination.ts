import type { KnownEvent } from '@waggle/consume'
import type { LockResult, ProposalResult } from '@waggle/event'
import { emptyLockTable, foldLocks, type LockTable } from './fold-locks.ts'
import { foldProposals } from './fold-proposals.ts'
import { emptyBook, type ProposalBook } from './proposal-book.ts'
import type { ResultFields } from './result-fields.ts'

export const COORDINATION_TOPICS = ['waggle.locks.v1', 'waggle.proposals.v1'] as const

/** Everything one partition says about votes and locks. No other partition has a part in it. */
export interface PartitionState {
  /** run -> what is known of it */
  readonly runs: Map<string, RunState>
  /** Results so far: the sequence number of the last one. */
  results: number
}

export interface RunState {
  readonly proposals: ProposalBook
  readonly locks: LockTable
}

/** A result event before the coordinator gives it its place in its session. */
export type Result = ResultFields<ProposalResult> | ResultFields<LockResult>

export function emptyPartition(): PartitionState {
  return { runs: new Map(), results: 0 }
}

/** One event -> the results it brings about, in order; the state is changed in place. */
export function foldCoordination(partition: PartitionState, known: KnownEvent): Result[] {
  const run = runOf(partition, known.event.run)
  const results = [...foldProposals(run.proposals, known), ...foldLocks(run.locks, known)]
  partition.results += results.length
  return results
}

function runOf(partition: PartitionState, name: string | null): RunState {
  let run = partition.runs.get(name ?? '')
  if (run === undefined) {
    run = {
      proposals: emptyBook(),
      locks: emptyLockTable(),
    }
    partition.runs.set(name ?? '', run)
  }
  return run
}
