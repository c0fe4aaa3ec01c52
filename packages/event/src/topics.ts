import type { Kind, WaggleEvent } from './kind.ts'
import { schemaNameOf } from './kind.ts'

export interface TopicConfig {
  readonly partitions: number
  /** Kinds it carries beside `tick`, which any topic may carry. */
  readonly kinds: readonly Kind[]
}

/**
 * Kinds whose order against each other matters share a topic: a proposal and its votes are decided
 * by the order of one partition, whoever reads it.
 */
export const TOPICS = {
  'waggle.agents.v1': { partitions: 1, kinds: ['agent'] },
  'waggle.agent-states.v1': { partitions: 4, kinds: ['agent_state'] },
  'waggle.bars.v1': { partitions: 4, kinds: ['bar'] },
  'waggle.compensations.v1': { partitions: 1, kinds: ['quarantine', 'erasure'] },
  'waggle.decisions.v1': { partitions: 4, kinds: ['decision'] },
  'waggle.escalations.v1': { partitions: 4, kinds: ['escalation'] },
  'waggle.fills.v1': { partitions: 4, kinds: ['fill'] },
  'waggle.forks.v1': { partitions: 1, kinds: ['fork'] },
  'waggle.lock-results.v1': { partitions: 4, kinds: ['lock_result'] },
  'waggle.locks.v1': { partitions: 4, kinds: ['lock_command'] },
  'waggle.memories.v1': {
    partitions: 4,
    kinds: [
      'concept',
      'document',
      'execution',
      'experience',
      'fact',
      'grant',
      'procedure',
      'relation',
      'removal',
      'turn',
    ],
  },
  'waggle.memory-results.v1': { partitions: 4, kinds: ['memory_result'] },
  'waggle.memory.v1': { partitions: 4, kinds: ['memory_write'] },
  'waggle.messages.v1': { partitions: 4, kinds: ['message'] },
  'waggle.model-calls.v1': { partitions: 4, kinds: ['model_call'] },
  'waggle.observations.v1': { partitions: 4, kinds: ['observation'] },
  'waggle.order-books.v1': { partitions: 4, kinds: ['order_book'] },
  'waggle.outcomes.v1': { partitions: 4, kinds: ['outcome'] },
  'waggle.patterns.v1': { partitions: 4, kinds: ['pattern'] },
  'waggle.proposal-results.v1': { partitions: 4, kinds: ['proposal_result'] },
  'waggle.proposals.v1': { partitions: 4, kinds: ['proposal', 'vote'] },
  'waggle.recalls.v1': { partitions: 4, kinds: ['recall'] },
  'waggle.signals.v1': { partitions: 4, kinds: ['signal', 'acknowledgment'] },
  'waggle.subscriptions.v1': { partitions: 4, kinds: ['subscription'] },
  'waggle.trades.v1': { partitions: 4, kinds: ['trade'] },
  'waggle.verdicts.v1': { partitions: 4, kinds: ['verdict'] },
} as const satisfies Record<string, TopicConfig>

/** Topics without events of ours: raw refused bytes, and the schema registry's own records. */
export const DEAD_LETTER_TOPIC = 'waggle.dead-letters.v1'
export const SCHEMA_TOPIC = 'waggle.schemas.v1'

export type EventTopic = keyof typeof TOPICS

export const EVENT_TOPICS = Object.keys(TOPICS) as EventTopic[]

/** Every topic of a bus with its number of partitions. */
export const PARTITIONS: Readonly<Record<string, number>> = {
  ...Object.fromEntries(EVENT_TOPICS.map((topic) => [topic, TOPICS[topic].partitions])),
  [DEAD_LETTER_TOPIC]: 1,
  [SCHEMA_TOPIC]: 1,
}

const topicByKind = new Map<Kind, EventTopic>(
  EVENT_TOPICS.flatMap((topic) => TOPICS[topic].kinds.map((kind) => [kind, topic] as const)),
)

/** The topic of a kind; a tick has none of its own, for it goes to the partition it moves. */
export function topicOf(kind: Exclude<Kind, 'tick'>): EventTopic {
  const topic = topicByKind.get(kind)
  if (topic === undefined) throw new Error(`Broken invariant: kind ${kind} has a topic`)
  return topic
}

/** Whether a record of this kind may stand in this topic. */
export function belongsIn(kind: Kind, topic: string): boolean {
  return kind === 'tick' ? Object.hasOwn(TOPICS, topic) : topicByKind.get(kind) === topic
}

/** TopicRecordName, for topics that hold several records. */
export function subjectOf(topic: string, kind: Kind): string {
  return `${topic}-${schemaNameOf(kind)}`
}

/**
 * Events with equal keys keep their order: one agent's events; one resource's lock commands and
 * guarded fills; one proposal's votes; one instrument's bars; one agent's signals and what others did about
 * them; one channel's messages; one entry of shared memory; the memories of one namespace.
 */
export function partitionKeyOf(event: WaggleEvent): string {
  switch (event.kind) {
    case 'bar':
    case 'order_book':
    case 'trade':
      return `${event.swarm}/${event.instrument}`
    case 'lock_command':
    case 'lock_result':
      return `${event.swarm}/${event.resource}`
    case 'fill':
      return `${event.swarm}/${event.lock_resource ?? event.agent}`
    case 'proposal':
    case 'vote':
    case 'proposal_result':
      return `${event.swarm}/${event.proposal}`
    case 'acknowledgment':
    case 'escalation':
      return `${event.swarm}/${event.signal_agent}`
    case 'message':
      return `${event.swarm}/${event.channel}`
    case 'memory_write':
    case 'memory_result':
      return `${event.swarm}/${event.namespace}/${event.key}`
    case 'concept':
    case 'document':
    case 'execution':
    case 'experience':
    case 'fact':
    case 'grant':
    case 'procedure':
    case 'relation':
    case 'removal':
    case 'turn':
      return `${event.swarm}/${event.namespace}`
    case 'pattern':
      return `${event.swarm}/${event.pattern}`
    default:
      return `${event.swarm}/${event.agent}`
  }
}
