import type { KnownEvent } from '@waggle/consume'
import type { Escalation, LockResult, MemoryResult, ProposalResult } from '@waggle/event'
import { emptyLockTable, foldLocks, type LockTable } from './fold-locks.ts'
import { foldProposals } from './fold-proposals.ts'
import { foldSignals } from './fold-signals.ts'
import { emptyMemoryTable, foldMemory, type MemoryTable } from './fold-memory.ts'
import { emptyMemberTable, foldMembers, type MemberTable } from './member-state.ts'
import { emptyBook, type ProposalBook } from './proposal-book.ts'
import type { ResultFields } from './result-fields.ts'
import { emptySignals, type SignalsState } from './signal-state.ts'
import { foldSubscriptions, type AgentSubscriptions } from './subscription-state.ts'

export const COORDINATION_TOPICS = [
  'waggle.agents.v1',
  'waggle.locks.v1',
  'waggle.memory.v1',
  'waggle.proposals.v1',
  'waggle.signals.v1',
  'waggle.subscriptions.v1',
] as const

/** Everything one partition says. No other partition has a part in it. */
export interface PartitionState {
  /** run -> what is known of it */
  readonly runs: Map<string, RunState>
  /** Results so far: the sequence number of the last one. */
  results: number
}

export interface RunState {
  readonly proposals: ProposalBook
  readonly locks: LockTable
  readonly memory: MemoryTable
  readonly members: MemberTable
  readonly signals: SignalsState
  /** Durable subscriptions, by agent. */
  readonly subscriptions: Map<string, AgentSubscriptions>
}

/** A result event before the coordinator gives it its place in its session. */
export type Result =
  | ResultFields<ProposalResult>
  | ResultFields<LockResult>
  | ResultFields<MemoryResult>
  | ResultFields<Escalation>

export function emptyPartition(): PartitionState {
  return { runs: new Map(), results: 0 }
}

/** One event -> the results it brings about, in order; the state is changed in place. */
export function foldCoordination(partition: PartitionState, known: KnownEvent): Result[] {
  const run = runOf(partition, known.event.run)
  const results = [
    ...foldProposals(run.proposals, known),
    ...foldLocks(run.locks, known),
    ...foldSignals(run.signals, known),
    ...foldMemory(run.memory, known),
  ]
  foldSubscriptions(run.subscriptions, known.event)
  foldMembers(run.members, known)
  partition.results += results.length
  return results
}

function runOf(partition: PartitionState, name: string | null): RunState {
  let run = partition.runs.get(name ?? '')
  if (run === undefined) {
    run = {
      proposals: emptyBook(),
      locks: emptyLockTable(),
      memory: emptyMemoryTable(),
      members: emptyMemberTable(),
      signals: emptySignals(),
      subscriptions: new Map(),
    }
    partition.runs.set(name ?? '', run)
  }
  return run
}
