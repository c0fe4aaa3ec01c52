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

export type ErasureStep = 'REQUESTED' | 'COMPLETED'

export type Severity = 'INFO' | 'LOW' | 'MEDIUM' | 'HIGH' | 'CRITICAL'

export interface ForkPosition {
  /** Topic. */
  topic: string
  /** Partition. */
  partition: number
  /** First offset that the fork does not have. */
  offset: number
}

export type Access = 'READ' | 'WRITE' | 'NONE'

export type LockOp = 'ACQUIRE' | 'RENEW' | 'RELEASE'

export type LockMode = 'EXCLUSIVE' | 'SHARED'

export type LockStatus = 'GRANTED' | 'QUEUED' | 'RENEWED' | 'RELEASED' | 'EXPIRED' | 'REFUSED' | 'TIMED_OUT'

export type WriteStatus = 'APPLIED' | 'MERGED' | 'CONFLICT' | 'ESCALATED' | 'REFUSED'

export type MergePolicy = 'REFUSE' | 'LAST' | 'MAX' | 'UNION' | 'VOTE' | 'ESCALATE'

export type Exchange = 'EVENT' | 'REQUEST' | 'REPLY'

export interface Bid {
  /** Price bid. */
  price: Decimal
  /** Amount at this price; 0 removes it. */
  quantity: Decimal
}

export interface Ask {
  /** Price asked. */
  price: Decimal
  /** Amount at this price; 0 removes it. */
  quantity: Decimal
}

export type PatternStatus = 'CANDIDATE' | 'PROMOTED' | 'DEMOTED'

export type ProcedureOp = 'DEFINED' | 'ROLLED_BACK'

export interface Step {
  /** What is done. */
  action: string
  /** Tool it is done with. */
  tool: null | string
  /** Arguments as JSON; ${name} stands for a parameter. */
  arguments: string
}

export type ParameterType = 'STRING' | 'NUMBER' | 'INTEGER' | 'BOOLEAN' | 'JSON'

export interface Parameter {
  /** Name of the parameter. */
  name: string
  /** What it takes. */
  type: ParameterType
  /** Whether it must be given. */
  required: boolean
  /** Its value as JSON where it is not given. */
  default_value: null | string
  /** What it means. */
  description: string
}

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

export interface Found {
  /** Id of the memory. */
  memory: string
  /** How well it fits; larger is better. */
  score: number
}

export type SubscriptionOp = 'OPENED' | 'ADVANCED' | 'CLOSED'

export type TradeSide = 'BUY' | 'SELL' | 'UNKNOWN'

export type TurnRole = 'SYSTEM' | 'USER' | 'ASSISTANT' | 'TOOL'

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
  /** Version of the form of the state. */
  schema_version: number
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

/** What a thing is: a node of semantic memory. */
export interface Concept extends Envelope {
  kind: 'concept'
  /** Agent or group it belongs to; the agent of that name owns it. */
  namespace: string
  /** Name of the concept, unique in the namespace. */
  name: string
  /** What it is one of. */
  categories: string[]
  /** What it is, in words. */
  description: string
  /** Named properties. */
  attributes: Record<string, string>
  /** Ids of the events it rests on. */
  evidence: string[]
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

/** A version of a typed document: models, metrics, backtests, tool results, broker state, blocks. */
export interface Document extends Envelope {
  kind: 'document'
  /** Agent or group it belongs to; the agent of that name owns it. */
  namespace: string
  /** What it describes, such as model, strategy_metrics, risk_metrics, backtest, tool_result, broker_state or block. */
  type: string
  /** Name of the document, unique with its type in the namespace. */
  key: string
  /** Content as JSON; null removes it. */
  value: null | string
  /** Version of the form of the content. */
  schema_version: number
  /** Named figures. */
  metrics: Record<string, number>
  /** Version it was made for: 0 for a new one; null whatever there is. */
  expected_version: null | number
  /** Milliseconds after known_at until it is forgotten; null by the rule of its kind. */
  ttl_ms: null | number
  /** Ids of the events it rests on. */
  evidence: string[]
}

/** The wish to erase a subject, and the receipt that it was done. */
export interface Erasure extends Envelope {
  kind: 'erasure'
  /** Erasure key id of the subject. */
  erased: string
  /** Wish or receipt. */
  step: ErasureStep
  /** Why. */
  reason: string
  /** SHA-256 of the destroyed key; empty where there was none. */
  key_fingerprint: string
  /** What was dropped where, as JSON. */
  details: string
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

/** One run of a procedure and how it went. */
export interface Execution extends Envelope {
  kind: 'execution'
  /** Agent or group it belongs to; the agent of that name owns it. */
  namespace: string
  /** Name of the procedure. */
  procedure: string
  /** Version that was run. */
  version: number
  /** What it was given, as JSON. */
  arguments: string
  /** Whether it did what it is for. */
  success: boolean
  /** How long it took, in milliseconds. */
  duration_ms: number
  /** Why it failed. */
  error: null | string
}

/** Something an agent went through and wants to remember: episodic memory. */
export interface Experience extends Envelope {
  kind: 'experience'
  /** Agent or group it belongs to; the agent of that name owns it. */
  namespace: string
  /** What sort of experience, such as trade, lesson or incident. */
  type: string
  /** What happened, in words or JSON. */
  content: string
  /** How much it matters, 0 to 1. */
  importance: number
  /** Words to find it by. */
  tags: string[]
  /** Named numbers of the situation. */
  features: Record<string, number>
  /** Ids of the events it rests on. */
  evidence: string[]
  /** Milliseconds after known_at until it is forgotten; null by the rule of its kind. */
  ttl_ms: null | number
}

/** Something held to be true in the world for a time: semantic memory. */
export interface Fact extends Envelope {
  kind: 'fact'
  /** Agent or group it belongs to; the agent of that name owns it. */
  namespace: string
  /** Concept it is about. */
  entity: string
  /** What it says of it. */
  attribute: string
  /** What is held to be true, in words or JSON. */
  value: string
  /** Probability that it is true. */
  confidence: number
  /** Since when it holds in the world; null since it occurred. */
  valid_from: null | Micros
  /** Until when it holds; null without an end. */
  valid_to: null | Micros
  /** Whether the attribute may have several values at once; otherwise another value contradicts this one. */
  multiple: boolean
  /** Ids of the events it rests on. */
  evidence: string[]
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

/** The start of a fork: which run it leaves, where, and what it changes. */
export interface Fork extends Envelope {
  kind: 'fork'
  /** Run it leaves; null is live. */
  parent_run: null | string
  /** It begins with what was known by then; null where positions say it. */
  at: null | Micros
  /** It begins with what stands before these; empty where a time says it. */
  positions: ForkPosition[]
  /** What is changed, in words or JSON. */
  change: string
  /** Seed of its randomness. */
  seed: number
}

/** Lets another agent into a namespace, or keeps it out again. */
export interface Grant extends Envelope {
  kind: 'grant'
  /** Agent or group it belongs to; the agent of that name owns it. */
  namespace: string
  /** Agent that is let in; * for every agent of the swarm. */
  grantee: string
  /** What it may do from now on; WRITE includes READ. */
  access: Access
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

/** What a model was asked and what it answered: a replay takes the answer from here. */
export interface ModelCall extends Envelope {
  kind: 'model_call'
  /** SHA-256 of the canonical request, in hex. */
  key: string
  /** What was asked, as canonical JSON. */
  request: string
  /** What was answered, as JSON; null where it failed. */
  response: null | string
  /** Why it failed. */
  error: null | string
  /** How long it took, in microseconds. */
  latency_us: number
  /** Tokens of the request; 0 where not known. */
  tokens_in: number
  /** Tokens of the answer; 0 where not known. */
  tokens_out: number
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

/** The offers of a market, or a change of them. */
export interface OrderBook extends Envelope {
  kind: 'order_book'
  /** Market symbol. */
  instrument: string
  /** Offers to buy, best first. */
  bids: Bid[]
  /** Offers to sell, best first. */
  asks: Ask[]
  /** Whether these are all offers, rather than those that changed. */
  snapshot: boolean
  /** Number of the state at the venue. */
  sequence: null | number
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

/** A lesson of the ReasoningBank: an action in a situation, and what realised outcomes say of it. */
export interface Pattern extends Envelope {
  kind: 'pattern'
  /** Id of the pattern: a hash of domain, situation and action. */
  pattern: string
  /** Area it was learned in. */
  domain: string
  /** State of the world it is about. */
  situation: string
  /** What was done. */
  action: string
  /** Whether it may be acted on. */
  status: PatternStatus
  /** Counts what was said of the pattern. */
  version: number
  /** Outcomes it rests on. */
  samples: number
  /** Those that succeeded. */
  successes: number
  /** Lower bound of the success rate. */
  success_low: number
  /** Upper bound of the success rate. */
  success_high: number
  /** Mean return after costs. */
  mean_return: number
  /** Lower bound of the mean return. */
  return_low: number
  /** Upper bound of the mean return. */
  return_high: number
  /** Mean Brier score of the predictions; 0 is best. */
  brier: null | number
  /** Mean logarithmic score of the predictions; 0 is best. */
  log_score: null | number
  /** Evidence against chance on data it was not found on. */
  e_value: number
  /** Share of the false-discovery rate it was tested at. */
  level: number
  /** Domains that may use it too. */
  shared_with: string[]
  /** Ids of the events it rests on. */
  evidence: string[]
  /** Name and version of the rule. */
  rule: string
  /** Why it was said. */
  reason: string
}

/** How something is done: a version of procedural memory. */
export interface Procedure extends Envelope {
  kind: 'procedure'
  /** Agent or group it belongs to; the agent of that name owns it. */
  namespace: string
  /** Name of the procedure, unique in the namespace. */
  name: string
  /** What it is for. */
  category: string
  /** What it does. */
  description: string
  /** A new version, or the return to an older one. */
  op: ProcedureOp
  /** What is done, in order. */
  steps: Step[]
  /** What an execution must be given. */
  parameters: Parameter[]
  /** Version returned to. */
  to_version: null | number
  /** Version it was made for: 0 for a new one; null whatever there is. */
  expected_version: null | number
  /** Ids of the events it rests on. */
  evidence: string[]
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

/** Takes what an agent said since a time out of every answer about later times, or lets it in again. */
export interface Quarantine extends Envelope {
  kind: 'quarantine'
  /** Agent that is not trusted. */
  quarantined: string
  /** What it said from here on does not count. */
  since: Micros
  /** Whether it is trusted again. */
  lifted: boolean
  /** Why. */
  reason: string
}

/** What an agent asked its memory and what it was given: evidence of what it knew. */
export interface Recall extends Envelope {
  kind: 'recall'
  /** What was asked. */
  query: string
  /** Namespaces that were searched. */
  namespaces: string[]
  /** What was found, best first. */
  found: Found[]
  /** Most that was asked for. */
  asked_for: number
  /** Time the answer stands at; null when it was asked. */
  as_of: null | Micros
  /** How long it took, in microseconds. */
  latency_us: number
}

/** How one concept stands to another: an edge of semantic memory. */
export interface Relation extends Envelope {
  kind: 'relation'
  /** Agent or group it belongs to; the agent of that name owns it. */
  namespace: string
  /** Concept it leads from. */
  source: string
  /** What the relation is, such as correlates_with. */
  type: string
  /** Concept it leads to. */
  target: string
  /** How strong it is. */
  weight: number
  /** Since when it holds in the world; null since it occurred. */
  valid_from: null | Micros
  /** Until when it holds; null without an end. */
  valid_to: null | Micros
  /** Ids of the events it rests on. */
  evidence: string[]
}

/** The wish to forget one memory: it is in no answer about later times. */
export interface Removal extends Envelope {
  kind: 'removal'
  /** Agent or group it belongs to; the agent of that name owns it. */
  namespace: string
  /** Id of the memory. */
  memory: string
  /** Why. */
  reason: string
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

/** A trade on a market. */
export interface Trade extends Envelope {
  kind: 'trade'
  /** Market symbol. */
  instrument: string
  /** Price per unit. */
  price: Decimal
  /** Amount traded. */
  quantity: Decimal
  /** Who crossed the spread. */
  side: TradeSide
  /** Id at the venue. */
  trade_id: null | string
  /** Where it was traded; empty where not known. */
  venue: string
}

/** One turn of a conversation: working memory. */
export interface Turn extends Envelope {
  kind: 'turn'
  /** Agent or group it belongs to; the agent of that name owns it. */
  namespace: string
  /** Name of the conversation. */
  conversation: string
  /** Who speaks. */
  role: TurnRole
  /** What is said, in the form of content_type. */
  content: string
  /** Media type of the content. */
  content_type: string
  /** Its length in tokens of the model that reads it. */
  tokens: number
  /** Whether it stays in the context window whatever else must go. */
  pinned: boolean
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
  concept: Concept
  decision: Decision
  document: Document
  erasure: Erasure
  escalation: Escalation
  execution: Execution
  experience: Experience
  fact: Fact
  fill: Fill
  fork: Fork
  grant: Grant
  lock_command: LockCommand
  lock_result: LockResult
  memory_result: MemoryResult
  memory_write: MemoryWrite
  message: Message
  model_call: ModelCall
  observation: Observation
  order_book: OrderBook
  outcome: Outcome
  pattern: Pattern
  procedure: Procedure
  proposal_result: ProposalResult
  proposal: Proposal
  quarantine: Quarantine
  recall: Recall
  relation: Relation
  removal: Removal
  signal: Signal
  subscription: Subscription
  tick: Tick
  trade: Trade
  turn: Turn
  verdict: Verdict
  vote: Vote
}
