export {
  complexTypeOf,
  isUnion,
  logicalTypeOf,
  TIMESTAMP_MAX,
  TIMESTAMP_MIN,
  typeName,
  valueBranch,
} from './avro-schema.ts'
export type { AvroComplex, AvroField, AvroRecord, AvroType, Constraints } from './avro-schema.ts'
export { derivedId, eventId } from './event-id.ts'
export type {
  AckStatus,
  Acknowledgment,
  Agent,
  AgentOp,
  AgentState,
  Bar,
  Decision,
  DecisionRule,
  Envelope,
  Escalation,
  EventByKind,
  Exchange,
  Fill,
  LockCommand,
  LockMode,
  LockOp,
  LockResult,
  LockStatus,
  MemoryResult,
  MemoryWrite,
  MergePolicy,
  Message,
  Observation,
  Outcome,
  Proposal,
  ProposalResult,
  ProposalStatus,
  RevoteRule,
  Severity,
  Signal,
  StateType,
  Subscription,
  SubscriptionOp,
  Tally,
  Tick,
  UncountedVote,
  Verdict,
  VerdictLabel,
  Vote,
  Voter,
  WriteStatus,
} from './generated/kinds.ts'
export { SCHEMAS } from './generated/schemas.ts'
export { isKind, KINDS, kindOfSchemaName, schemaNameOf } from './kind.ts'
export type { Kind, Payload, WaggleEvent } from './kind.ts'
export { comparePositions, parsePosition, partitionName, positionText } from './position.ts'
export type { Position, TopicPartition } from './position.ts'
export {
  belongsIn,
  DEAD_LETTER_TOPIC,
  EVENT_TOPICS,
  PARTITIONS,
  partitionKeyOf,
  SCHEMA_TOPIC,
  subjectOf,
  topicOf,
  TOPICS,
} from './topics.ts'
export type { EventTopic, TopicConfig } from './topics.ts'
export { validateEvent } from './validate-event.ts'
