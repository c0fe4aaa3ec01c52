export { analyticsPath, parseConfig, trajectoryIndexPath } from './config.ts'
export type { EmbeddedConfig, EmbeddedConfigInput } from './config.ts'
export { openEmbeddedBus } from './embedded-bus.ts'
export type { BusEmitterOptions, EmbeddedBus, EmbeddedDeps } from './embedded-bus.ts'
export { holdData } from './data-lock.ts'
export type { DataHold, Holder } from './data-lock.ts'
export {
  dropFolders,
  keptViews,
  mend,
  removeWhole,
  rollbackFolders,
  SHADOW,
  switchFolders,
} from './view-folders.ts'
export type { KeptView, ViewFolders } from './view-folders.ts'
export { buildRecall, emptyMemory, recallRows } from './recall-shadow.ts'
export type { RecallRows, RecallShadow } from './recall-shadow.ts'
