import type { MemoryJson } from '@waggle/api'
import type { RememberDraft, ShownMemory } from './types.ts'

/** What is being remembered, before the gateway has it. */
export interface Pending {
  readonly name: string
  readonly draft: RememberDraft
  /** Once the gateway has it; it may not be read yet. */
  readonly written?: { readonly id: string; readonly version: number }
}

/** Memories with what is pending before them; a pending version stands in place of the document's present one. */
export function withPending(
  memories: readonly MemoryJson[],
  pending: readonly Pending[],
): ShownMemory[] {
  const byId = new Map(memories.map((memory) => [memory.id, memory]))
  const replaced = new Set<string>()
  const first = pending
    .filter(({ written }) => (byId.get(written?.id ?? '')?.version ?? 0) < (written?.version ?? 1))
    .map(({ name, draft, written }) => {
      const { key, type = 'note', content, expectedVersion } = draft
      const id = key === undefined ? name : `document:${type}/${key}`
      const present = expectedVersion ?? byId.get(id)?.version ?? 0
      replaced.add(id)
      const version = written?.version ?? present + 1
      return { id, text: content, version, pending: true, memory: null }
    })
  const rest = memories
    .filter(({ id }) => !replaced.has(id))
    .map((memory) => {
      const { id, version } = memory
      return { id, text: contentOf(memory), version, pending: false, memory }
    })
  return [...first.toReversed(), ...rest]
}

/** A document's own content, as it was remembered; else the memory in words. */
function contentOf({ kind, event, text }: MemoryJson): string {
  const value = event['value']
  if (kind !== 'document' || typeof value !== 'string') return text
  try {
    const parsed: unknown = JSON.parse(value)
    return typeof parsed === 'string' ? parsed : value
  } catch {
    return value
  }
}
