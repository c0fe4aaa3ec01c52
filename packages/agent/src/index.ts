export { createActions } from './actions.ts'
export type { Acted, Action, Actions } from './actions.ts'
export { createAgent } from './agent.ts'
export type { Agent, AgentSettings } from './agent.ts'
export { createBank } from './bank.ts'
export type { Bank, BankReadOptions } from './bank.ts'
export { createCheckpoints } from './checkpoints.ts'
export type {
  CheckpointOptions,
  Checkpoints,
  Json,
  Restored,
  RestoreOptions,
} from './checkpoints.ts'
export { firstCarry, runCycle } from './cycle.ts'
export type {
  Carry,
  CycleOptions,
  CycleResult,
  CycleStep,
  CycleSteps,
  PendingDecision,
  Perception,
  Settled,
  Situation,
  Thought,
  Turn,
} from './cycle.ts'
export { createDecisions } from './decisions.ts'
export { idOf } from './event-ref.ts'
export type { DecisionDraft, Decisions, OutcomeDraft } from './decisions.ts'
export type { EventRef } from './event-ref.ts'
export { createKinds } from './kinds.ts'
export type { AgentKind, KindRegistry } from './kinds.ts'
export { createMemories } from './memories.ts'
export type {
  ExperienceDraft,
  ForgetOptions,
  Memories,
  MemoriesOptions,
  Recalled,
  RecallQuestion,
} from './memories.ts'
export { OwnWrites, stampedEmitter } from './own-bus.ts'
export type { AgentContext, AgentSdkBus, ModelInfo, OwnBus } from './own-bus.ts'
export { recollect } from './recollect.ts'
export type { Recollection, RecollectOptions } from './recollect.ts'
export { defineAgent } from './run-agent.ts'
export type { AgentProgram, DefinedAgent, RunOptions, RunSummary } from './run-agent.ts'
export { createTrust, WARDEN } from './trust.ts'
export type { Trust, TrustBus } from './trust.ts'
export { createDocuments } from './documents.ts'
export type { Documents, PutOptions, StoredDocument } from './documents.ts'
export { createGrants } from './grants.ts'
export type { Grants } from './grants.ts'
export { createKnowledge } from './knowledge.ts'
export type { ConceptDraft, FactDraft, Knowledge, RelationDraft } from './knowledge.ts'
export { readIn, writeIn } from './own-namespace.ts'
export type { InNamespace, NamespaceBus, NamespaceRead } from './own-namespace.ts'
export { createProcedures } from './procedures.ts'
export type { EmittedRun, ProcedureDraft, Procedures, RunRequest } from './procedures.ts'
export { createWorkingMemory } from './working.ts'
export type {
  TurnOptions,
  WindowedTurn,
  WindowOptions,
  WorkingMemory,
  WorkingOptions,
} from './working.ts'
export { wordsOf } from './words-of.ts'
