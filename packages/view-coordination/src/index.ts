export { ABSTAIN, castVote, countVotes, decide, openProposal } from './consensus-state.ts'
export type {
  CastVote,
  ProposalOutcome,
  ProposalState,
  UncountedReason,
  UncountedVote,
  VoteCount,
} from './consensus-state.ts'
export { createCoordinationView } from './coordination-view.ts'
export type {
  CoordinationScope,
  CoordinationView,
  LockReport,
  LockRequestReport,
  ProposalReport,
} from './coordination-view.ts'
export { COORDINATION_TOPICS, emptyPartition, foldCoordination } from './fold-coordination.ts'
export type { PartitionState, Result } from './fold-coordination.ts'
export { applyLockCommand, expireLease, freeLock } from './lock-state.ts'
export type { Grant, LockAnswer, LockState } from './lock-state.ts'
export { createCoordinationProjection } from './project-coordination.ts'
export type { CoordinationProjection, ResultPublisher } from './project-coordination.ts'
export { createResultPublisher } from './publish-results.ts'
export { recount } from './recount.ts'
