export { a2aAdapter } from './adapters/a2a.ts'
export { autogenAdapter } from './adapters/autogen.ts'
export { CHAT_CONTENT_TYPE } from './adapters/chat-message.ts'
export type {
  ChatContent,
  ChatFields,
  Json,
  JsonObject,
  MessageAdapter,
  ToolCall,
} from './adapters/chat-message.ts'
export { langgraphAdapter } from './adapters/langgraph.ts'
export { openaiAdapter } from './adapters/openai.ts'
export { AdmissionIndex } from './admission-index.ts'
export { channelMatcher, checkChannel } from './channel-pattern.ts'
export type { ChannelMatcher } from './channel-pattern.ts'
export { coordinate } from './coordinate.ts'
export type { CoordinatedAgent, Coordination } from './coordinate.ts'
export { agentBus } from './coordination-bus.ts'
export type { AgentBus, AgentOptions, CoordinationBus } from './coordination-bus.ts'
export { guard } from './guard.ts'
export type { AnyGuardedDraft, GuardedDraft, GuardedEmitter, GuardedKind } from './guard.ts'
export type { Lock } from './lock.ts'
export { createLockRequests } from './lock-requests.ts'
export type { LockGrant, LockRequests, LockWish } from './lock-requests.ts'
export { createLocks } from './locks.ts'
export type { AcquireOptions, LockOptions, Locks } from './locks.ts'
export { createMembership } from './membership.ts'
export type { Membership, MembershipOptions } from './membership.ts'
export type { Received } from './message-reader.ts'
export { createMessages } from './messages.ts'
export type { HistoryOptions, Messages } from './messages.ts'
export { createProposals } from './proposals.ts'
export type { ProposalDraft, Proposals, VoteDraft } from './proposals.ts'
export type { MessageDraft, Reply, RequestOptions } from './request-reply.ts'
export { createSharedMemory } from './shared-memory.ts'
export type {
  MemoryChange,
  MemoryEntry,
  SharedMemory,
  UpdateOptions,
  WriteOptions,
  WriteOutcome,
} from './shared-memory.ts'
export { createSignals, CRITICAL_ESCALATES_MS } from './signals.ts'
export type { SignalChange, SignalDraft, Signals } from './signals.ts'
export type {
  Delivery,
  MessagePositions,
  MessageSubscription,
  StartAt,
  SubscribeOptions,
} from './subscriptions.ts'
