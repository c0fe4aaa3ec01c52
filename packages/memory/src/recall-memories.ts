import { WaggleError, type Micros } from '@waggle/base'
import type { Position } from '@waggle/event'
import type { RecallDocument } from '@waggle/recall'
import { trustedBefore } from './compensation-state.ts'
import { readerOf, timeOf, type Rights } from './episode-view.ts'
import { isKept, isRemovedAt } from './episode-state.ts'
import { evidenceOf } from './episode-text.ts'
import { findSwarmMemory, type MemoryState, type SwarmMemory } from './memory-state.ts'
import type { MemoryScope } from './memory-view.ts'
import type { Memory, MemoryKind } from './memory.ts'
import { positionOf, readMemoryAt, type ReadBack } from './read-episode.ts'

export interface RecallQuestion {
  readonly text: string
  /** Most answers, 1 to 1,000; 10 if left out. */
  readonly limit?: number
  /** Who asks: only what this agent may read, and its own memories are not bounded by `perSource`. */
  readonly agent?: string
  readonly kinds?: readonly MemoryKind[]
  readonly namespaces?: readonly string[]
  /** Agents that said it. */
  readonly sources?: readonly string[]
  /** What happened within [from, to). */
  readonly from?: Micros
  readonly to?: Micros
  /** Only what was known by then, in microseconds; the log's clock if left out. */
  readonly asOf?: Micros
  /** Only sources with at least this trust, by `trustOf`. */
  readonly minTrust?: number
  /** Such as the learned weight of an agent; a source that it does not know counts as 0. */
  readonly trustOf?: (source: string) => number | undefined
  /** Most answers of one source: an equal share (`fair`, the default), a number, or no bound. */
  readonly perSource?: 'fair' | 'all' | number
  /** Compares with all instead of walking a graph: slower, misses nothing. */
  readonly exact?: boolean
}

/** A memory with how well it fits and where it comes from. */
export interface RecalledMemory extends Memory {
  /** Larger is better; comparable within one answer. */
  readonly score: number
  readonly similarity: number
  /** What it rests on; the position is undefined where memory does not hold it. */
  readonly evidence: readonly { readonly id: string; readonly position: Position | undefined }[]
  /** Model that produced it, where one did. */
  readonly model: { readonly id: string; readonly version: string | null } | null
}

export interface RecallView {
  /**
   * Memories that say something like the text, best first, through grants, trust, removals and retention.
   * AS_OF_TOO_OLD for times before what was forgotten, VIEW_MISCONFIGURED without an index.
   */
  recall(scope: MemoryScope, question: RecallQuestion): Promise<RecalledMemory[]>
}

export function createRecallView(
  state: MemoryState,
  rights: Rights,
  readBack?: ReadBack,
): RecallView {
  return {
    recall: async (scope, question) => {
      const swarm = findSwarmMemory(state, scope)
      if (swarm === undefined) return []
      const { index } = swarm
      if (index === undefined)
        throw new WaggleError('VIEW_MISCONFIGURED', 'Memory is kept without an index of texts')
      const { text, limit = 10, agent, perSource = 'fair', asOf } = question
      const time = timeOf(swarm, asOf)
      const reads = readerOf(rights, scope, { ...question, asOf: time })
      const trusts = (source: string): Micros =>
        isTrustedEnough(question, source)
          ? trustedBefore(swarm.compensations, source, time)
          : -Infinity
      const { kinds, namespaces, sources, from, to, exact } = question
      const hits = await index.search({
        text,
        limit,
        ...defined({ kinds, namespaces, sources, from, to, asOf, exact }),
        ...(perSource === 'all' ? {} : { perSource }),
        ...(agent === undefined ? {} : { self: agent }),
        ...(agent === undefined ? {} : { mayRead: remembered(reads) }),
        trustedBefore: remembered(trusts),
        where: (document) => isThere(swarm, document, time),
      })
      const found: RecalledMemory[] = []
      for (const { key, score, similarity } of hits) {
        const memory = await memoryOfEvent(swarm, key, readBack)
        if (memory !== undefined)
          found.push({ ...withProvenance(swarm, memory), score, similarity })
      }
      return found
    },
  }
}

/** Whether a document of a source that is trusted is in answers about the time. */
function isThere(swarm: SwarmMemory, document: RecallDocument, time: Micros): boolean {
  const { indexed, compensations, episodes } = swarm
  const at = episodes.rows.rowOf(document.key)
  if (at !== undefined) return isKept(swarm, at, time)
  const { knownFrom, key } = document
  return (
    knownFrom <= time &&
    indexed.byEvent.has(key) &&
    !isRemovedAt(compensations, indexed.retired.get(key), time)
  )
}

async function memoryOfEvent(
  swarm: SwarmMemory,
  event: string,
  readBack: ReadBack | undefined,
): Promise<Memory | undefined> {
  const at = swarm.episodes.rows.rowOf(event)
  return at === undefined ? swarm.indexed.byEvent.get(event) : readMemoryAt(swarm, at, readBack)
}

function withProvenance(
  swarm: SwarmMemory,
  memory: Memory,
): Omit<RecalledMemory, 'score' | 'similarity'> {
  const { rows } = swarm.episodes
  const { event } = memory
  const evidence = evidenceOf(event).map((id) => {
    const at = rows.rowOf(id)
    const position = at === undefined ? swarm.indexed.byEvent.get(id)?.position : undefined
    return { id, position: at === undefined ? position : positionOf(swarm, at) }
  })
  const model =
    event.model_id === null ? null : { id: event.model_id, version: event.model_version }
  return { ...memory, evidence, model }
}

function isTrustedEnough({ minTrust, trustOf }: RecallQuestion, source: string): boolean {
  return minTrust === undefined || (trustOf?.(source) ?? 0) >= minTrust
}

/** Asks once for each name. */
function remembered<T extends boolean | number>(ask: (name: string) => T): (name: string) => T {
  const answers = new Map<string, T>()
  return (name) => {
    const answer = answers.get(name) ?? ask(name)
    answers.set(name, answer)
    return answer
  }
}

function defined<T extends object>(fields: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>
  }
}
