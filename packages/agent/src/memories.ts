import { WaggleError, type Micros, type Random } from '@waggle/base'
import type { Draft, Emitted } from '@waggle/emit'
import type { Experience, Found, Recall } from '@waggle/event'
import type { Memory, RecalledMemory, RecallQuestion as MemoryQuestion } from '@waggle/memory'
import { readView, type ReadOptions } from '@waggle/query'
import { defined, textOf } from './decisions.ts'
import { idOf, subjectFrom, type EventRef } from './event-ref.ts'
import type { OwnBus } from './own-bus.ts'

export interface ExperienceDraft {
  /** What sort of experience, such as trade, lesson or incident. */
  readonly type: string
  /** What happened: words, or whatever JSON can say. */
  readonly content: unknown
  /** How much it matters, 0 to 1; 0.5 if left out. */
  readonly importance?: number
  readonly tags?: readonly string[]
  readonly features?: Readonly<Record<string, number>>
  /** Events it rests on. */
  readonly evidence?: readonly EventRef[]
  /** Memories it rests on; it is erased with whomever they are about. */
  readonly memories?: readonly Pick<Memory, 'event'>[]
  /** Milliseconds until it is forgotten; by the rule of its kind if left out. */
  readonly ttlMs?: number
  /** The agent's own if left out. */
  readonly namespace?: string
  /** Whom it is about: their names, separated by commas. Its texts are encrypted under their keys. */
  readonly subject?: string
  readonly occurredAt?: Micros
  readonly knownAt?: Micros
}

/** A question to memory; `agent` is the one that asks. */
export interface RecallQuestion extends Omit<MemoryQuestion, 'agent'>, ReadOptions {
  /** Notes question and answer in the log, as evidence of what the agent knew; by its sampling if left out. */
  readonly record?: boolean
  /** Whom the question tells of, where it is recorded. */
  readonly subject?: string
}

export interface Recalled {
  /** Best first. */
  readonly memories: readonly RecalledMemory[]
  /** The event that tells of it, where it was recorded. */
  readonly recorded: Emitted<'recall'> | undefined
}

/** What an agent keeps of what it went through. */
export interface Memories {
  /** ACCESS_DENIED where it may not write in the namespace. */
  remember(draft: ExperienceDraft): Promise<Emitted<'experience'>>
  recall(question: RecallQuestion): Promise<Recalled>
  /** From now on in no answer, save about earlier times. NOT_FOUND for what is not there, ACCESS_DENIED without the right. */
  forget(memory: string, options?: ForgetOptions): Promise<Emitted<'removal'>>
}

export interface ForgetOptions {
  /** The agent's own if left out. */
  readonly namespace?: string
  readonly reason?: string
}

export interface MemoriesOptions {
  readonly random: Random
  /** Share of recalls that are recorded, 0 to 1. */
  readonly recallSampling: number
}

const LIMIT = 8

/** Experiences of an agent: kept, recalled and forgotten. */
export function createMemories(own: OwnBus, { random, recallSampling }: MemoriesOptions): Memories {
  const check = async (
    right: 'mayRead' | 'mayWrite',
    namespace: string,
    read: ReadOptions = own.fresh(),
  ): Promise<void> => {
    const { value } = await readView(
      own.memory,
      (view) => view[right](own, own.agent, namespace),
      read,
    )
    if (!value) throw denied(own.agent, right === 'mayRead' ? 'read' : 'write', namespace)
  }
  const mayWrite = (namespace: string): Promise<void> => check('mayWrite', namespace)
  return {
    remember: async (draft) => {
      const namespace = draft.namespace ?? own.agent
      if (namespace !== own.agent) await mayWrite(namespace)
      return own.emitter.emit(experienceOf(draft, namespace))
    },
    recall: async ({ record, subject, after, timeoutMs, ...question }) => {
      const { limit = LIMIT, text, asOf } = question
      const startedAt = own.clock.now()
      const read = own.fresh(defined<ReadOptions>({ after, timeoutMs }))
      for (const namespace of question.namespaces ?? []) await check('mayRead', namespace, read)
      const { value: memories } = await readView(
        own.memory,
        (view) => view.recall(own, { ...question, limit, agent: own.agent }),
        read,
      )
      const isRecorded = record ?? random.next() < recallSampling
      const recorded = isRecorded
        ? await own.emitter.emit({
            kind: 'recall',
            query: text,
            namespaces: [...new Set(memories.map(({ namespace }) => namespace))],
            found: memories.map(({ id, score }): Found => ({ memory: id, score })),
            asked_for: limit,
            as_of: asOf ?? null,
            latency_us: Math.max(0, own.clock.now() - startedAt),
            ...defined<Recall>({ subject: subjectFrom(subject, memories) }),
          })
        : undefined
      return { memories, recorded }
    },
    forget: async (memory, { namespace = own.agent, reason = '' } = {}) => {
      if (namespace !== own.agent) await mayWrite(namespace)
      const { value: there } = await readView(
        own.memory,
        (view) => view.holds(own, namespace, memory),
        own.fresh(),
      )
      if (!there) {
        throw new WaggleError('NOT_FOUND', `There is no memory ${memory} in ${namespace}`, {
          input: memory,
        })
      }
      return own.emitter.emit({ kind: 'removal', namespace, memory, reason })
    },
  }
}

function experienceOf(draft: ExperienceDraft, namespace: string): Draft<'experience'> {
  const { type, content, tags, features, evidence = [], memories = [] } = draft
  return {
    kind: 'experience',
    namespace,
    type,
    content: textOf(content),
    evidence: [...new Set([...evidence, ...memories].map(idOf))],
    ...defined<Experience>({
      importance: draft.importance,
      tags: tags === undefined ? undefined : [...tags],
      features: features === undefined ? undefined : { ...features },
      ttl_ms: draft.ttlMs,
      subject: subjectFrom(draft.subject, [...evidence, ...memories]),
      occurred_at: draft.occurredAt,
      known_at: draft.knownAt,
    }),
  }
}

function denied(agent: string, what: string, namespace: string): WaggleError {
  return new WaggleError('ACCESS_DENIED', `${agent} may not ${what} in ${namespace}`, {
    field: 'namespace',
    input: namespace,
  })
}
