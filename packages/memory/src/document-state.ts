import type { Micros } from '@waggle/base'
import type { Document } from '@waggle/event'
import { provenanceOf } from './lens.ts'
import type { MemoryEvent } from './memory-state.ts'
import type { Refusal } from './refusal-state.ts'
import { addVersion, emptyVersions, eraseVersions, headVersion, type Versions } from './versions.ts'

/** Documents of a namespace, by type, then by key. */
export type DocumentState = Map<string, Map<string, Versions<Document>>>

/** Versions of a document that are kept whole. */
export const DOCUMENT_VERSIONS = 10

/**
 * Takes a document in place, if the version it expects is the one there is; of two that expect the same version
 * the second counts for nothing. No content removes the document.
 */
export function foldDocument(
  state: DocumentState,
  known: MemoryEvent & { readonly event: Document },
): Refusal | undefined {
  const { event, erased, knownFrom } = known
  const { type, key, value, expected_version: expected, ttl_ms: ttl } = event
  if (type.includes('/')) return { code: 'FIELD_INVALID', reason: 'a type is without /' }
  const versions = state.get(type)?.get(key) ?? emptyVersions<Document>()
  const head = headVersion(versions, knownFrom)
  if (expected !== null && expected !== head)
    return { code: 'VERSION_CONFLICT', reason: `it is at version ${head}, not ${expected}` }
  if (value === null) {
    if (head === 0) return { code: 'NOT_FOUND', reason: 'there is no document to remove' }
    versions.removals.push(provenanceOf(known))
    return undefined
  }
  const expiresAt = expiryOf(event.known_at, ttl)
  addVersion(versions, known, {
    event: erased ? undefined : event,
    keep: DOCUMENT_VERSIONS,
    expiresAt,
  })
  const keys = state.get(type) ?? new Map<string, Versions<Document>>()
  state.set(type, keys.set(key, versions))
  return undefined
}

/** The versions of what `<type>/<key>` names. */
export function documentNamed(state: DocumentState, name: string): Versions<Document> | undefined {
  const slash = name.indexOf('/')
  return state.get(name.slice(0, slash))?.get(name.slice(slash + 1))
}

/** Forgets what is about an erased subject, for all times. */
export function eraseDocuments(
  state: DocumentState,
  isGone: (event: { readonly subject: string | null }) => boolean,
): void {
  for (const keys of state.values()) {
    for (const versions of keys.values()) eraseVersions(versions, isGone)
  }
}

function expiryOf(knownAt: Micros, ttlMs: number | null): Micros {
  return ttlMs === null ? Infinity : knownAt + ttlMs * 1000
}
