import type { Micros } from '@waggle/base'
import type { RecallDocument } from '@waggle/recall'
import type { Memory, MemoryKind } from './memory.ts'
import type { SwarmMemory } from './memory-state.ts'

/** What a fold wants of the recall index; the projection carries it out after the batch. */
export type IndexStep =
  | { readonly is: 'added'; readonly document: RecallDocument }
  | { readonly is: 'removed'; readonly key: string; readonly at: Micros }
  | { readonly is: 'dropped'; readonly keys: readonly string[] }

/**
 * Memories that can be recalled by what they say and that no other store holds by event id: every version of
 * a concept, procedure or document, every fact and turn. A key of the index is the id of an event.
 */
export interface IndexedMemories {
  /** Kinds that are indexed; others are not, whoever asks. */
  readonly kinds: ReadonlySet<MemoryKind>
  readonly byEvent: Map<string, Memory>
  steps: IndexStep[]
}

export function emptyIndexed(kinds: ReadonlySet<MemoryKind>): IndexedMemories {
  return { kinds, byEvent: new Map(), steps: [] }
}

/** From now on it is found by its text. */
export function indexMemory({ indexed }: SwarmMemory, memory: Memory, text: string): void {
  if (!indexed.kinds.has(memory.kind)) return
  indexed.byEvent.set(memory.event.id, memory)
  indexed.steps.push({ is: 'added', document: recallDocumentOf(memory, text) })
}

/** A version that was superseded, or a memory that was removed: found by answers about earlier times only. */
export function retireMemory({ indexed }: SwarmMemory, event: string, at: Micros): void {
  if (indexed.byEvent.has(event)) indexed.steps.push({ is: 'removed', key: event, at })
}

/** Gone for all times. */
export function dropMemories({ indexed }: SwarmMemory, events: readonly string[]): void {
  const keys = events.filter((event) => indexed.byEvent.delete(event))
  if (keys.length > 0) indexed.steps.push({ is: 'dropped', keys })
}

export function recallDocumentOf(memory: Memory, text: string): RecallDocument {
  const { event, namespace, source, kind, knownFrom } = memory
  return { key: event.id, namespace, source, kind, text, knownFrom, occurredAt: event.occurred_at }
}
