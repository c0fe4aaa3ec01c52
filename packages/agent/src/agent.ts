import { systemRandom, type Clock, type Logger, type Random } from '@waggle/base'
import {
  AdmissionIndex,
  agentBus,
  createLocks,
  createMembership,
  createMessages,
  createProposals,
  createSharedMemory,
  createSignals,
  type Locks,
  type Membership,
  type Messages,
  type MessageSubscription,
  type ProposalDraft,
  type Proposals,
  type SharedMemory,
  type SignalChange,
  type SignalDraft,
  type Signals,
  type SubscribeOptions,
  type VoteDraft,
} from '@waggle/coordinate'
import type { Draft, Emitted, Emitter } from '@waggle/emit'
import type { ReadOptions } from '@waggle/query'
import type { ActiveSignalFilter } from '@waggle/view-coordination'
import { createActions, type Actions } from './actions.ts'
import { createBank, type Bank } from './bank.ts'
import { createCheckpoints, type Checkpoints } from './checkpoints.ts'
import { createDecisions, type Decisions } from './decisions.ts'
import { createDocuments, type Documents } from './documents.ts'
import { createGrants, type Grants } from './grants.ts'
import { createKinds, type AgentKind, type KindRegistry } from './kinds.ts'
import { createKnowledge, type Knowledge } from './knowledge.ts'
import { createMemories, type Memories, type MemoriesOptions } from './memories.ts'
import {
  OwnWrites,
  stampedEmitter,
  type AgentContext,
  type AgentSdkBus,
  type ModelInfo,
  type OwnBus,
} from './own-bus.ts'
import { createProcedures, type Procedures } from './procedures.ts'
import { tracedAgent } from './traced-agent.ts'
import { createTrust, type Trust } from './trust.ts'
import { createWorkingMemory, type WorkingMemory } from './working.ts'

export interface AgentSettings {
  readonly bus: AgentSdkBus
  readonly swarm: string
  readonly name: string
  /** One of `kinds`; an agent without a kind has no capabilities and no domains. */
  readonly kind?: string
  /** Kinds that `kind` is looked up in; the built-in ones if left out. */
  readonly kinds?: KindRegistry
  /** One life of the agent: never the same twice, save to go on with `lastSeq`. A new one if left out. */
  readonly session?: string
  readonly lastSeq?: number
  /** Null is live; a backtest or fork otherwise. */
  readonly run?: string | null
  /** The agent's clock; the bus's own if left out. A backtest gives its own. */
  readonly clock?: Clock
  readonly random?: Random
  readonly model?: ModelInfo
  readonly trajectory?: string
  readonly cause?: string
  /** Weight of its votes that it asks for. */
  readonly weight?: number
  /** Milliseconds of log time after which it counts as lost. */
  readonly ttlMs?: number
  /** How long reads wait for the agent's own writes, in milliseconds, until VIEW_STALE; 5 s if left out. */
  readonly readTimeoutMs?: number
  /** Share of recalls that are noted in the log as evidence, 0 to 1; all if neither this nor the kind says. */
  readonly recallSampling?: number
  /** Length of a text in tokens of the agent's model; an estimate if left out. */
  readonly tokensOf?: (text: string) => number
  readonly logger?: Logger
}

/**
 * One agent of a swarm. All it says goes through one emitter and is stamped with trajectory, cause and model; all
 * it reads includes what it wrote itself, unless `after` says otherwise.
 */
export interface Agent extends Decisions, Actions, Checkpoints, Memories {
  readonly name: string
  readonly swarm: string
  readonly run: string | null
  readonly session: string
  readonly kind: AgentKind | undefined
  readonly clock: Clock
  readonly context: AgentContext
  readonly emitter: Emitter
  readonly messages: Messages
  readonly locks: Locks
  readonly proposals: Proposals
  readonly signals: Signals
  readonly membership: Membership
  readonly knowledge: Knowledge
  readonly procedures: Procedures
  readonly working: WorkingMemory
  readonly documents: Documents
  readonly grants: Grants
  readonly bank: Bank
  readonly trust: Trust
  /** A namespace of the swarm's shared key-value memory. */
  shared(namespace: string): SharedMemory
  join(): Promise<void>
  leave(): Promise<void>
  observe(draft: Omit<Draft<'observation'>, 'kind'>): Promise<Emitted<'observation'>>
  signal(draft: SignalDraft): Promise<Emitted<'signal'>>
  propose(draft: ProposalDraft): Promise<Emitted<'proposal'>>
  vote(draft: VoteDraft): Promise<Emitted<'vote'>>
  lock: Locks['withLock']
  subscribe(options: SubscribeOptions): Promise<MessageSubscription>
  /** Signals that concern this agent now, then every change until the signal aborts. */
  watchSignals(filter: ActiveSignalFilter, signal: AbortSignal): AsyncGenerator<SignalChange>
  /** The same agent in another line of thought, or the same one where nothing is given. */
  within(context: Partial<AgentContext>): Agent
}

const READ_TIMEOUT_MS = 5000

/** An agent on a bus: what it perceives, remembers, decides and does becomes events. */
export function createAgent(settings: AgentSettings): Agent {
  const { bus, swarm, name, random = systemRandom(), run = null } = settings
  const kind =
    settings.kind === undefined
      ? undefined
      : (settings.kinds ?? createKinds()).kindOf(settings.kind)
  const session = settings.session ?? `${name}/${random.sessionId()}`
  const { lastSeq, clock, trajectory = null, cause = null } = settings
  const base = agentBus(bus, {
    swarm,
    agent: name,
    session,
    run,
    ...(lastSeq === undefined ? {} : { lastSeq }),
    ...(clock === undefined ? {} : { clock }),
  })
  const writes = new OwnWrites()
  const index = new AdmissionIndex(bus)

  const ownBus = (context: AgentContext): OwnBus => ({
    ...base,
    session,
    hot: bus.hot,
    memory: bus.memory,
    bank: bus.bank,
    vault: bus.vault,
    context,
    emitter: stampedEmitter(base.emitter, context, settings.model, writes),
    fresh: ({ after, timeoutMs }: ReadOptions = {}) => ({
      after: after ?? writes.positions(),
      timeoutMs: timeoutMs ?? settings.readTimeoutMs ?? READ_TIMEOUT_MS,
    }),
  })
  const sampled = settings.recallSampling ?? kind?.memory.recallSampling ?? 1
  const memories: MemoriesOptions = { random, recallSampling: sampled }
  const { tokensOf } = settings
  // Heartbeats go on whatever the agent is thinking about.
  const membership = createMembership(ownBus(rootContext()), membershipOf(settings, kind))
  const inContext = (context: AgentContext): Agent => {
    const own = ownBus(context)
    return {
      ...agentOf(own, { index, kind, membership, memories, tokensOf }),
      within: (other) => inContext({ ...context, ...other }),
    }
  }
  return inContext({ trajectory, cause, follows: false })
}

function rootContext(): AgentContext {
  return { trajectory: null, cause: null, follows: false }
}

function membershipOf({ name, weight, ttlMs, logger }: AgentSettings, kind?: AgentKind) {
  return {
    role: kind?.role ?? name,
    capabilities: kind?.capabilities ?? [],
    ...(weight === undefined ? {} : { weight }),
    ...(ttlMs === undefined ? {} : { ttlMs }),
    ...(logger === undefined ? {} : { logger }),
  }
}

interface Parts {
  readonly index: AdmissionIndex
  readonly kind: AgentKind | undefined
  readonly membership: Membership
  readonly memories: MemoriesOptions
  readonly tokensOf: ((text: string) => number) | undefined
}

function agentOf(own: OwnBus, parts: Parts): Omit<Agent, 'within'> {
  const { emitter, swarm, run, session, clock, context, agent: name } = own
  const { index, kind, membership, memories, tokensOf } = parts
  const messages = createMessages(own, index)
  const locks = createLocks(own, session)
  const proposals = freshProposals(own)
  const signals = freshSignals(own)
  const documents = createDocuments(own)
  const agent: Omit<Agent, 'within'> = {
    name,
    swarm,
    run,
    session,
    kind,
    clock,
    context,
    emitter,
    messages,
    locks,
    proposals,
    signals,
    membership,
    ...createDecisions(own),
    ...createCheckpoints(own),
    ...createMemories(own, memories),
    ...createActions(own, documents, locks),
    knowledge: createKnowledge(own),
    procedures: createProcedures(own),
    working: createWorkingMemory(own, tokensOf === undefined ? {} : { tokensOf }),
    documents,
    grants: createGrants(own),
    bank: createBank(own),
    trust: createTrust(own),
    shared: (namespace) => createSharedMemory(own, namespace),
    join: () => membership.join(),
    leave: () => membership.leave(),
    observe: (draft) => emitter.emit({ ...draft, kind: 'observation' }),
    signal: (draft) => signals.send(draft),
    propose: (draft) => proposals.propose(draft),
    vote: (draft) => proposals.vote(draft),
    lock: (resource, run, options) => locks.withLock(resource, run, options),
    subscribe: (options) => messages.subscribe(options),
    watchSignals: (filter, signal) => signals.watch({ agent: name, ...filter }, signal),
  }
  return tracedAgent(agent, { name, trajectory: context.trajectory })
}

function freshProposals(own: OwnBus): Proposals {
  const proposals = createProposals(own)
  return {
    ...proposals,
    electorate: (filter, options) => proposals.electorate(filter, own.fresh(options)),
    awaitResult: (proposal, options) => proposals.awaitResult(proposal, own.fresh(options)),
  }
}

function freshSignals(own: OwnBus): Signals {
  const signals = createSignals(own)
  return {
    ...signals,
    active: (filter, options) => signals.active(filter, own.fresh(options)),
    inbox: (domains, filter, options) => signals.inbox(domains, filter, own.fresh(options)),
  }
}
