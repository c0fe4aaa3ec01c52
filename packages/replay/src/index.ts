export { hotAsOf } from './hot-as-of.ts'
export type { AsOfOptions, HotAsOf } from './hot-as-of.ts'
export { cutKnown } from './cut-known.ts'
export { opened } from './opened.ts'
export { replay, replayAdmitted, replayBatches, replayKnown } from './replay.ts'
export type { JudgedPrefix, Judgments } from './judgments.ts'
export type { KnownBatch } from './known-batch.ts'
export type { ReplaySource, Wanted } from './read-known.ts'
export type { ReplayOptions } from './replay.ts'
export { decisionPaths, rebuildTrajectory } from './trajectory.ts'
export type { DecisionPath, Trajectory, TrajectoryOptions } from './trajectory.ts'
export { findSequenceGaps, missingOf } from './sequence-gaps.ts'
export type { SequenceGap, SeqRange } from './sequence-gaps.ts'
export { replayTerm } from './replay-term.ts'
export type { TermOptions } from './replay-term.ts'
export { createMemoryIndexStore } from './trajectory-index/index-store.ts'
export type { IndexStore } from './trajectory-index/index-store.ts'
export {
  createTrajectoryProjection,
  readTrajectoryIndex,
} from './trajectory-index/project-trajectories.ts'
export type {
  TrajectoryIndex,
  TrajectoryProjection,
} from './trajectory-index/project-trajectories.ts'
export type { Term, TermScope } from './trajectory-index/terms.ts'
export { causationOf } from './causation.ts'
export type { Causation, CausationNode } from './causation.ts'
export type { ReplaySpeed } from './session/pacer.ts'
export type { ReplayQuery } from './session/replay-query.ts'
export { ReplaySession } from './session/replay-session.ts'
export type { ReplaySessionOptions } from './session/replay-session.ts'
