export { changeText } from './change.ts'
export type { Change } from './change.ts'
export { causePath, compareRuns } from './compare-runs.ts'
export type { ComparedRuns, CompareOptions, Divergence } from './compare-runs.ts'
export { forksOf, lineageOf } from './find-lineage.ts'
export { cutAt } from './fork-point.ts'
export type { ForkPoint } from './fork-point.ts'
export { fork } from './fork.ts'
export type { ForkedRun, ForkOptions } from './fork.ts'
export { covers, forkLineage, partingOf, rootLineage, runOf } from './lineage.ts'
export type { Ancestor, Lineage, Offsets } from './lineage.ts'
export { openFork } from './open-fork.ts'
export type { ForkBus, ForkDeps, ForkEmitterOptions } from './open-fork.ts'
export type { RunSteps, Step } from './own-steps.ts'
export { createRunLog } from './run-log.ts'
export type { Alter, RunLogOptions } from './run-log.ts'
export { viewDigests } from './view-digests.ts'
export type { DigestedRun } from './view-digests.ts'
export { recordedModel } from './recorded-model.ts'
export type {
  AskingStep,
  AskModel,
  ModelAnswer,
  RecordedModelOptions,
  RecordMode,
} from './recorded-model.ts'
export { callKey, openRecordings } from './recordings.ts'
export type { Recordings, RecordingsOptions } from './recordings.ts'
export { forkEvents } from './fork-events.ts'
export type { ForkEventsOptions } from './fork-events.ts'
export { replayFork } from './replay-fork.ts'
export type { ForkAgent, ReplayedFork, ReplayForkOptions } from './replay-fork.ts'
