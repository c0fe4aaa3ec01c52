// Generated from schemas/ by `npm run generate`. Do not edit.

import type { Decimal, Micros } from '@waggle/base'

/** First fields of every event, in this order. Not registered by itself. */
export interface Envelope {
  /** UUID v7 made of known_at, session and seq. */
  id: string
  /** Namespace. No event is visible outside its swarm. */
  swarm: string
  /** Producer of the event. */
  agent: string
  /** One life of a producer; seq counts within it. */
  session: string
  /** 1, 2, 3 … over all topics of a session: tells loss and duplicates. */
  seq: number
  /** When it happened in the world. */
  occurred_at: Micros
  /** When the agent could know it: the backtest clock. */
  known_at: Micros
  /** The line of action the event belongs to. */
  trajectory: null | string
  /** Id of the event that led here. */
  cause: null | string
  /** Null live; a backtest or fork otherwise. */
  run: null | string
  /** Erasure key id of the person or party the event is about. */
  subject: null | string
  /** Model that produced the content. */
  model_id: null | string
  /** Its version. */
  model_version: null | string
  /** End of its training data: a decision about earlier times may be contaminated. */
  model_cutoff: null | Micros
}

export type AckStatus = 'RECEIVED' | 'PROCESSING' | 'DONE' | 'DECLINED'

export type StateType = 'CURRENT' | 'CHECKPOINT' | 'BACKUP'

export type AgentOp = 'JOINED' | 'LEFT' | 'WEIGHTED' | 'HEARTBEAT'

export type Severity = 'INFO' | 'LOW' | 'MEDIUM' | 'HIGH' | 'CRITICAL'

export type LockOp = 'ACQUIRE' | 'RENEW' | 'RELEASE'

export type LockMode = 'EXCLUSIVE' | 'SHARED'

export type LockStatus = 'GRANTED' | 'QUEUED' | 'RENEWED' | 'RELEASED' | 'EXPIRED' | 'REFUSED' | 'TIMED_OUT'

export type WriteStatus = 'APPLIED' | 'MERGED' | 'CONFLICT' | 'ESCALATED' | 'REFUSED'

export type MergePolicy = 'REFUSE' | 'LAST' | 'MAX' | 'UNION' | 'VOTE' | 'ESCALATE'

export type Exchange = 'EVENT' | 'REQUEST' | 'REPLY'

export type ProposalStatus = 'APPROVED' | 'REJECTED' | 'EXPIRED'

export interface Tally {
  /** Option or abstain. */
  choice: string
  /** Sum of the weights of its votes. */
  weight: number
  /** Number of votes. */
  votes: number
}

export interface UncountedVote {
  /** Offset of the vote. */
  offset: number
  /** Who sent it. */
  agent: string
  /** Why it did not count. */
  reason: string
}

export interface Voter {
  /** Agent entitled to vote. */
  agent: string
  /** Its weight. */
  weight: number
}

export type DecisionRule = 'OPTIONS' | 'MEDIAN'

export type RevoteRule = 'LAST' | 'FIRST'

export type SubscriptionOp = 'OPENED' | 'ADVANCED' | 'CLOSED'

export type VerdictLabel = 'CORRECT' | 'INCORRECT' | 'NEUTRAL'

/** What an agent did about a signal. */
export interface Acknowledgment extends Envelope {
  kind: 'acknowledgment'
  /** Id of the signal. */
  signal: string
  /** Agent that sent the signal. */
  signal_agent: string
  /** How far it is. */
  status: AckStatus
  /** In words. */
  note: string
}

/** Private state of an agent, to restore it from. */
export interface AgentState extends Envelope {
  kind: 'agent_state'
  /** What it is kept for. */
  type: StateType
  /** Counts the states of the agent. */
  version: number
  /** The state as JSON text. */
  state: string
}

/** Registry: an agent joins, leaves or is weighted. */
export interface Agent extends Envelope {
  kind: 'agent'
  /** What changed. */
  op: AgentOp
  /** Kind of agent, such as market-hunter. */
  role: string
  /** What it can do. */
  capabilities: string[]
  /** Weight of its votes. */
  weight: number
  /** Milliseconds after which an agent that is silent counts as lost. */
  ttl_ms: number
  /** Agent that is weighted, where another one says it. */
  subject_agent: null | string
  /** Name and version of the rule that made the weight. */
  rule: string
  /** Verdicts the weight rests on. */
  evidence: number
}

/** Market data: prices of an instrument over an interval. */
export interface Bar extends Envelope {
  kind: 'bar'
  /** Market symbol. */
  instrument: string
  /** Length as ISO 8601 duration, such as P1D. */
  interval: string
  /** First price. */
  open: Decimal
  /** Highest price. */
  high: Decimal
  /** Lowest price. */
  low: Decimal
  /** Last price. */
  close: Decimal
  /** Amount traded. */
  volume: Decimal
}

/** What an agent chose, why, and what it expects of it. */
export interface Decision extends Envelope {
  kind: 'decision'
  /** What was chosen, such as LONG, FLAT or REBALANCE. */
  action: string
  /** Market symbol. */
  instrument: null | string
  /** What the agent saw, in words or JSON. */
  context: string
  /** Ids of the events it rested on. */
  inputs: string[]
  /** Why. */
  reasoning: string
  /** What else was considered. */
  alternatives: string[]
  /** Probability that the predicted outcome happens. */
  confidence: number
  /** What the agent expects, in words. */
  predicted_outcome: null | string
  /** Expected value of the outcome, such as a return. */
  predicted_value: null | number
  /** When the outcome can be judged. */
  horizon_at: null | Micros
  /** Signed amount decided on. */
  quantity: null | Decimal
  /** Price it was decided at. */
  price: null | Decimal
  /** The decision this one refines. */
  parent: null | string
  /** Proposal it carries out. */
  proposal: null | string
  /** Resource it was made under a lock for. */
  lock_resource: null | string
  /** Token of that lock. */
  fencing_token: null | number
}

/** The log’s notice that a signal was not acknowledged in time. */
export interface Escalation extends Envelope {
  kind: 'escalation'
  /** Id of the signal. */
  signal: string
  /** Agent that sent the signal. */
  signal_agent: string
  /** Of the signal. */
  severity: Severity
  /** Agents that are told. */
  targets: string[]
  /** Targets that had not acknowledged. */
  silent: string[]
  /** Offset of the signal in its partition. */
  signal_offset: number
}

/** An order carried out: changes a position. */
export interface Fill extends Envelope {
  kind: 'fill'
  /** Id of the decision carried out. */
  decision: string
  /** Market symbol. */
  instrument: string
  /** Signed amount: positive bought, negative sold. */
  quantity: Decimal
  /** Price per unit. */
  price: Decimal
  /** Cost of the trade. */
  fee: Decimal
  /** Resource it was made under a lock for. */
  lock_resource: null | string
  /** Token of that lock; a stale one is refused. */
  fencing_token: null | number
}

/** A wish about a lock; the log decides. */
export interface LockCommand extends Envelope {
  kind: 'lock_command'
  /** What is locked. */
  resource: string
  /** What is wished. */
  op: LockOp
  /** Name of the request, chosen by the agent. */
  request: string
  /** Length of the lease from known_at. */
  lease_ms: number
  /** Fencing token held, with RENEW and RELEASE. */
  token: null | number
  /** EXCLUSIVE: alone. SHARED: with other shared holders. */
  mode: LockMode
  /** How many may hold it exclusively at once: a counting semaphore. The request that finds it free sets the number. */
  permits: number
  /** How long to wait in the queue after known_at: 0 tries once, null waits for ever. */
  wait_ms: null | number
}

/** The log's answer to a lock command. */
export interface LockResult extends Envelope {
  kind: 'lock_result'
  /** What is locked. */
  resource: string
  /** What happened. */
  status: LockStatus
  /** Request it answers. */
  request: string
  /** Agent the answer is about. */
  holder: string
  /** Fencing token: offset of the event that made the grant. */
  token: null | number
  /** End of the lease. */
  lease_until: null | Micros
  /** Why, where it was refused. */
  reason: string
  /** How it was asked for. */
  mode: LockMode
}

/** The log’s answer to a write of shared memory. */
export interface MemoryResult extends Envelope {
  kind: 'memory_result'
  /** Agent or group that the entry belongs to. */
  namespace: string
  /** Name of the entry. */
  key: string
  /** What became of the write. */
  status: WriteStatus
  /** Agent that wrote. */
  writer: string
  /** Version of the entry after it: offset of the write that last changed it, plus one. */
  version: number
  /** Content after it. */
  value: null | string
  /** What a write in conflict would have made of it. */
  refused_value: null | string
  /** Version the write was made for. */
  expected_version: null | number
  /** Why, in words. */
  reason: string
}

/** A wish to change an entry of shared memory; the log decides. */
export interface MemoryWrite extends Envelope {
  kind: 'memory_write'
  /** Agent or group that the entry belongs to. */
  namespace: string
  /** Name of the entry. */
  key: string
  /** New content as JSON; null removes the entry. */
  value: null | string
  /** Version it was made for: 0 for a new entry; null overwrites by the policy. */
  expected_version: null | number
  /** What becomes of it when the entry has changed meanwhile. The write that makes the entry sets the policy. */
  merge: MergePolicy
  /** An action that cannot be taken back: never merged, and refused beside another one. */
  irreversible: boolean
}

/** From one agent to another, or to all who listen to a channel. */
export interface Message extends Envelope {
  kind: 'message'
  /** Dotted path that subscriptions match, such as risk.limits.breach. */
  channel: string
  /** Agent it is for; null for every subscriber. */
  recipient: null | string
  /** Content, in the form of content_type. */
  body: string
  /** Media type of the body. */
  content_type: string
  /** Whether an answer is awaited, or this is one. */
  exchange: Exchange
  /** Id of the request it answers. */
  in_reply_to: null | string
  /** When it has lost its meaning. */
  expires_at: null | Micros
  /** Framework that the sender runs in, such as langgraph; empty for none. */
  source_framework: string
}

/** Something an agent perceived. */
export interface Observation extends Envelope {
  kind: 'observation'
  /** Area it belongs to, such as trend, volatility or news. */
  domain: string
  /** Market symbol. */
  instrument: null | string
  /** Where it came from. */
  source: string
  /** What was perceived, in words or JSON. */
  content: string
  /** Named numbers, such as indicators. */
  features: Record<string, number>
}

/** What came of a decision. */
export interface Outcome extends Envelope {
  kind: 'outcome'
  /** Id of the decision. */
  decision: string
  /** Realised value, in the unit of predicted_value. */
  value: number
  /** Whether the predicted outcome happened. */
  success: boolean
  /** Profit or loss. */
  pnl: null | Decimal
  /** How it was measured. */
  details: string
}

/** The log's answer to a proposal. */
export interface ProposalResult extends Envelope {
  kind: 'proposal_result'
  /** Name of the proposal. */
  proposal: string
  /** How it ended. */
  status: ProposalStatus
  /** Option that won. */
  winner: null | string
  /** Weight by choice. */
  tallies: Tally[]
  /** Share of the electorate's weight that voted. */
  turnout: number
  /** Offset of the event that decided it, in the proposal's partition. */
  decided_offset: number
  /** Offsets of the proposal and of the votes counted. */
  evidence: number[]
  /** Weighted median of the values, where the rule asks for one. */
  value: null | number
  /** Agent whose veto rejected it. */
  vetoed_by: null | string
  /** Votes before the decision that did not count; the first hundred. */
  uncounted: UncountedVote[]
}

/** A question put to a vote. Electorate and weights are frozen in it. */
export interface Proposal extends Envelope {
  kind: 'proposal'
  /** Name of the proposal, unique in the swarm. */
  proposal: string
  /** What is asked. */
  question: string
  /** What can be voted for, beside abstain. */
  options: string[]
  /** Who may vote, with which weight. */
  electorate: Voter[]
  /** Share of the electorate's weight that must vote. */
  quorum: number
  /** Share of the decisive weight (votes less abstentions) the winner must exceed. */
  threshold: number
  /** Votes known later do not count. */
  deadline_at: Micros
  /** OPTIONS: the heaviest option wins. MEDIAN: votes give values and the weighted median is the result. */
  rule: DecisionRule
  /** Agents whose vote for `veto` rejects the proposal at once. */
  vetoers: string[]
  /** Which of an agent’s votes counts. */
  revote: RevoteRule
}

/** A notice to other agents that expires. */
export interface Signal extends Envelope {
  kind: 'signal'
  /** Area it concerns. */
  domain: string
  /** Agents it is meant for; empty for everyone in the domain. */
  targets: string[]
  /** How much it matters. */
  severity: Severity
  /** Probability that it is right. */
  confidence: number
  /** Market symbol. */
  instrument: null | string
  /** Signed size in units of its domain; positive is bullish. */
  strength: number
  /** What to do about it. */
  recommended_action: string
  /** The notice in words. */
  message: string
  /** Milliseconds after known_at until it expires. */
  ttl_ms: number
  /** Signals of one agent with the same key, while the first is active, are one. */
  dedupe_key: null | string
  /** Milliseconds without an acknowledgment after which it escalates; null never. */
  escalate_after_ms: null | number
  /** Agents told of the escalation. */
  escalate_to: string[]
}

/** Where a durable subscription of an agent stands. */
export interface Subscription extends Envelope {
  kind: 'subscription'
  /** Name of the subscription, unique for the agent. */
  subscription: string
  /** What changed. */
  op: SubscriptionOp
  /** Channels it takes: * is one part of the path, > all that follow. */
  pattern: string
  /** Offset to go on from, by partition of the messages. */
  positions: Record<string, number>
}

/** The clock of a run, sent to a partition: moves its watermark, changes nothing else. */
export interface Tick extends Envelope {
  kind: 'tick'
}

/** Judgement of a decision by its outcome. */
export interface Verdict extends Envelope {
  kind: 'verdict'
  /** Id of the decision. */
  decision: string
  /** Id of the outcome. */
  outcome: string
  /** Agent that made the decision. */
  judged: string
  /** The judgement. */
  label: VerdictLabel
  /** Score under the rule; for brier 0 is best and 1 worst. */
  score: number
  /** Name and version of the rule. */
  rule: string
}

/** A voter's choice on a proposal. The last one before the decision counts. */
export interface Vote extends Envelope {
  kind: 'vote'
  /** Name of the proposal. */
  proposal: string
  /** One of its options, or abstain. */
  choice: string
  /** Probability that the choice is right. */
  confidence: number
  /** Why. */
  reasoning: string
  /** Value voted for, where the rule asks for one. */
  value: null | number
}

export interface EventByKind {
  acknowledgment: Acknowledgment
  agent_state: AgentState
  agent: Agent
  bar: Bar
  decision: Decision
  escalation: Escalation
  fill: Fill
  lock_command: LockCommand
  lock_result: LockResult
  memory_result: MemoryResult
  memory_write: MemoryWrite
  message: Message
  observation: Observation
  outcome: Outcome
  proposal_result: ProposalResult
  proposal: Proposal
  signal: Signal
  subscription: Subscription
  tick: Tick
  verdict: Verdict
  vote: Vote
}
