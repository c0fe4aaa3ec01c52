import type { RecallDocument } from '@waggle/recall'
import type { Removal } from './episode-state.ts'
import type { Memory, MemoryKind } from './memory.ts'
import type { SwarmMemory } from './memory-state.ts'

/** What a fold wants of the recall index; the projection carries it out after the batch. */
export type IndexStep =
  | { readonly is: 'added'; readonly document: RecallDocument }
  | { readonly is: 'dropped'; readonly keys: readonly string[] }

/**
 * Memories that can be recalled by what they say and that no other store holds by event id: every version of
 * a concept, procedure or document, every fact and turn. A key of the index is the id of an event.
 */
export interface IndexedMemories {
  /** Kinds that are indexed; others are not, whoever asks. */
  readonly kinds: ReadonlySet<MemoryKind>
  readonly byEvent: Map<string, Memory>
  /** Versions that were superseded and memories that were removed, by event: by whom and when. */
  readonly retired: Map<string, Removal[]>
  /** The newest version of what has a name, by namespace and id. */
  readonly heads: Map<string, { readonly event: string; readonly version: number }>
  readonly bySubject: Map<string, readonly string[]>
  readonly steps: IndexStep[]
}

export function emptyIndexed(kinds: ReadonlySet<MemoryKind>): IndexedMemories {
  return {
    kinds,
    byEvent: new Map(),
    retired: new Map(),
    heads: new Map(),
    bySubject: new Map(),
    steps: [],
  }
}

/** From now on it is found by its text. */
export function indexMemory({ indexed }: SwarmMemory, memory: Memory, text: string): void {
  if (!indexed.kinds.has(memory.kind)) return
  indexed.byEvent.set(memory.event.id, memory)
  indexed.steps.push({ is: 'added', document: recallDocumentOf(memory, text) })
}

/**
 * A version that another one superseded, or a memory that was removed: found by answers about earlier times, and
 * again where the source that ended it is not trusted.
 */
export function retireMemory({ indexed }: SwarmMemory, event: string, by: Removal): void {
  if (!indexed.byEvent.has(event)) return
  indexed.retired.set(event, [...(indexed.retired.get(event) ?? []), by])
}

/** Gone for all times. */
export function dropMemories({ indexed }: SwarmMemory, events: readonly string[]): void {
  const keys = events.filter((event) => indexed.byEvent.delete(event))
  for (const key of keys) indexed.retired.delete(key)
  if (keys.length > 0) indexed.steps.push({ is: 'dropped', keys })
}

export function recallDocumentOf(memory: Memory, text: string): RecallDocument {
  const { event, namespace, source, kind, knownFrom } = memory
  return { key: event.id, namespace, source, kind, text, knownFrom, occurredAt: event.occurred_at }
}

/** Carries out what folds asked for, in order; what fails is tried again next time. */
export async function applyIndexSteps({ indexed, index }: SwarmMemory): Promise<void> {
  const { steps } = indexed
  for (let first = steps[0]; first !== undefined; first = steps[0]) {
    let count = 1
    if (first.is === 'dropped') index?.drop(first.keys)
    else {
      const documents = documentsBeforeDrop(steps)
      await index?.add(documents)
      count = documents.length
    }
    steps.splice(0, count)
  }
}

function documentsBeforeDrop(steps: readonly IndexStep[]): RecallDocument[] {
  const documents: RecallDocument[] = []
  for (const step of steps) {
    if (step.is === 'dropped') break
    documents.push(step.document)
  }
  return documents
}
