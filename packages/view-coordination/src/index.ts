export type { CastVote, Uncounted, UncountedReason } from './consensus-state.ts'
export { ABSTAIN, VETO } from './count-votes.ts'
export type { Stray } from './proposal-book.ts'
export type { ProposalReport, ProposalView } from './proposal-view.ts'
export { createCoordinationView } from './coordination-view.ts'
export type { CoordinationScope, CoordinationView } from './coordination-view.ts'
export { COORDINATION_TOPICS, emptyPartition, foldCoordination } from './fold-coordination.ts'
export type { PartitionState, Result } from './fold-coordination.ts'
export { findDeadlocks, partyName, stuckParties } from './deadlocks.ts'
export type { Deadlock, Party, WaitEdge } from './deadlocks.ts'
export { applyLockCommand, freeLock, passTime, requestKey } from './lock-state.ts'
export type { Grant, LockAnswer, LockState, Waiter } from './lock-state.ts'
export type {
  LockHolderReport,
  LockReport,
  LockRequestReport,
  LockView,
  LockWaiterReport,
} from './lock-view.ts'
export { createCoordinationProjection } from './project-coordination.ts'
export type { CoordinationProjection, ResultPublisher } from './project-coordination.ts'
export { createResultPublisher } from './publish-results.ts'
export { recount } from './recount.ts'
