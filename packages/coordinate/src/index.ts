export { AdmissionIndex } from './admission-index.ts'
export { channelMatcher, checkChannel } from './channel-pattern.ts'
export type { ChannelMatcher } from './channel-pattern.ts'
export { coordinate } from './coordinate.ts'
export type { CoordinatedAgent, Coordination } from './coordinate.ts'
export { agentBus } from './coordination-bus.ts'
export type { AgentBus, AgentOptions, CoordinationBus } from './coordination-bus.ts'
export type { Received } from './message-reader.ts'
export { createMessages } from './messages.ts'
export type { HistoryOptions, Messages } from './messages.ts'
export { createProposals } from './proposals.ts'
export type { ProposalDraft, Proposals, VoteDraft } from './proposals.ts'
export type { MessageDraft, Reply, RequestOptions } from './request-reply.ts'
export { createSignals, CRITICAL_ESCALATES_MS } from './signals.ts'
export type { SignalChange, SignalDraft, Signals } from './signals.ts'
export type {
  Delivery,
  MessagePositions,
  MessageSubscription,
  StartAt,
  SubscribeOptions,
} from './subscriptions.ts'
