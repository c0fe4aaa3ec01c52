export { admit, copyAdmission, emptyAdmission } from './admission.ts'
export type { AdmissionState, AdmittedRecord, FindWriter, Refusal, Verdict } from './admission.ts'
export { appendDeadLetters, deadLetterRecord, readDeadLetters, sourceOf } from './dead-letter.ts'
export type { DeadLetter } from './dead-letter.ts'
export { judgeBatch } from './judge-batch.ts'
export type { JudgedBatch } from './judge-batch.ts'
export { knownEventOf } from './known-event.ts'
export type { KnownEvent } from './known-event.ts'
export { createAssignedRunner } from './assigned-runner.ts'
export type { AssignedRunner, Assignments } from './assigned-runner.ts'
export { createPacedLog } from './paced-tail.ts'
export type { PacedLog } from './paced-tail.ts'
export { Progress } from './progress.ts'
export type { Freshness } from './progress.ts'
export { readAdmitted, readBatches } from './read-admitted.ts'
export type { AdmittedSource, ReadStart } from './read-admitted.ts'
export { createRunner } from './projection-runner.ts'
export type {
  AroundBatch,
  ProjectionRunner,
  RunnerOptions,
  RunnerState,
  RunnerStatus,
} from './projection-runner.ts'
export { RecordRejected } from './projection.ts'
export type { Checkpoint, Dump, KeptProjection, Projection, ProjectionBatch } from './projection.ts'
export { createFileSnapshots } from './snapshots/file-snapshots.ts'
export type { FileSnapshotsOptions, RestoreOptions, Snapshots } from './snapshots/file-snapshots.ts'
export { holdData } from './snapshots/hold-data.ts'
export type { DataHold, Holder } from './snapshots/hold-data.ts'
export {
  dropFolders,
  mend,
  removeWhole,
  rollbackFolders,
  SHADOW,
  switchFolders,
  viewFolders,
} from './snapshots/view-folders.ts'
export type { ViewFolders } from './snapshots/view-folders.ts'
export { snapshotIdentity } from './snapshots/snapshot-file.ts'
export type { SnapshotHeader } from './snapshots/snapshot-file.ts'
export { savedAtStop, snapshotsOfLive, withSnapshots } from './snapshots/with-snapshots.ts'
export type { SnapshotOptions, SnapshottedProjection } from './snapshots/with-snapshots.ts'
export { feedNear } from './feed-near.ts'
export { feedProjection } from './feed-projection.ts'
export { createSwitchableRunner } from './switchable-runner.ts'
export type {
  MakeProjection,
  Shadow,
  SwitchableOptions,
  SwitchableRunner,
} from './switchable-runner.ts'
export { diffRows, rowText, stateRows } from './view-rows.ts'
export type { RowDifference, ViewRow } from './view-rows.ts'
