export { createAgent } from './agent.ts'
export type { Agent, AgentSettings } from './agent.ts'
export { createCheckpoints } from './checkpoints.ts'
export type {
  CheckpointOptions,
  Checkpoints,
  Json,
  Restored,
  RestoreOptions,
} from './checkpoints.ts'
export { createDecisions, idOf } from './decisions.ts'
export type { DecisionDraft, Decisions, EventRef, OutcomeDraft } from './decisions.ts'
export { createKinds } from './kinds.ts'
export type { AgentKind, KindRegistry } from './kinds.ts'
export { OwnWrites, stampedEmitter } from './own-bus.ts'
export type { AgentContext, AgentSdkBus, ModelInfo, OwnBus } from './own-bus.ts'
export { createTrust, WARDEN } from './trust.ts'
export type { Trust, TrustBus } from './trust.ts'
