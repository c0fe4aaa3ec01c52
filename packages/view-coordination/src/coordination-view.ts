import type { PartitionState } from './fold-coordination.ts'
import { createLockView, type LockView } from './lock-view.ts'
import { createProposalView, type ProposalView } from './proposal-view.ts'

export interface CoordinationScope {
  readonly swarm: string
  readonly run: string | null
}

/** Reads of what the swarm agreed on; plain copies, the caller may keep them. */
export type CoordinationView = ProposalView & LockView

export function createCoordinationView(
  partitions: ReadonlyMap<string, PartitionState>,
): CoordinationView {
  return { ...createProposalView(partitions), ...createLockView(partitions) }
}
