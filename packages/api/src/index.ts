export { answer, freshness, HEADERS, micros, past, readQuery, timeInput } from './answer.ts'
export type { Answer, Freshness, Past, ReadQuery } from './answer.ts'
export type {
  LockInput,
  LockJson,
  LockStepJson,
  ProposalJson,
  RecountJson,
  SignalJson,
} from './coordination.ts'
export { draft, emitted, emittedLine, eventJson, knownEvent, logRecord } from './events.ts'
export type { DraftJson, EmittedJson, EventJson, KnownEventJson, LogRecordJson } from './events.ts'
export { knowledgeEntity, knowledgeRelation } from './knowledge.ts'
export type {
  KnowledgeChange,
  KnowledgeChanged,
  KnowledgeEntity,
  KnowledgeGraph,
  KnowledgeQuestion,
  KnowledgeRelation,
} from './knowledge.ts'
export { liveMessage } from './live-message.ts'
export { liveStats, VERBS } from './operations.ts'
export type {
  DeadLetterJson,
  LiveStats,
  ProjectionJson,
  SqlResult,
  SubjectJson,
  Verb,
  WhoAmI,
} from './operations.ts'
export { positionToken } from './position-token.ts'
export { joinTokens, parsePositions, tokenOf } from './positions.ts'
export type { PositionJson } from './positions.ts'
export { GATEWAY_CODES, problem } from './problem.ts'
export type { Problem } from './problem.ts'
export { fillPath, paramNames } from './route.ts'
export type { Answered, Asked, Params, Route } from './route.ts'
export { LIVE_PATH, ROUTES } from './routes.ts'
export type { RouteName } from './routes.ts'
export type {
  AgentContextJson,
  AgentJson,
  CalibrationJson,
  HoldingJson,
  MemoryJson,
  PatternJson,
  RecallQuestionJson,
  RememberConflict,
  RememberInput,
  SwarmInfo,
  SwarmRun,
} from './swarm.ts'
export { rememberConflict } from './swarm.ts'
export { evidencePack } from './trajectories.ts'
export type {
  CausationJson,
  DiffJson,
  EvidencePack,
  EvidenceProof,
  TrajectoryJson,
} from './trajectories.ts'
