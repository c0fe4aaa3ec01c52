import type { PartitionState } from './fold-coordination.ts'
import { createLockView, type LockView } from './lock-view.ts'
import { createMemberView, type MemberView } from './member-view.ts'
import { createMemoryView, type MemoryView } from './memory-view.ts'
import { createProposalView, type ProposalView } from './proposal-view.ts'
import { createSignalView, type SignalView } from './signal-view.ts'
import { createSubscriptionView, type SubscriptionView } from './subscription-view.ts'

export interface CoordinationScope {
  readonly swarm: string
  readonly run: string | null
}

/** Reads of what the swarm agreed on; plain copies, the caller may keep them. */
export type CoordinationView = ProposalView &
  LockView &
  MemoryView &
  MemberView &
  SignalView &
  SubscriptionView

export function createCoordinationView(
  partitions: ReadonlyMap<string, PartitionState>,
): CoordinationView {
  return {
    ...createProposalView(partitions),
    ...createLockView(partitions),
    ...createMemoryView(partitions),
    ...createMemberView(partitions),
    ...createSignalView(partitions),
    ...createSubscriptionView(partitions),
  }
}
