import type { Micros } from '@waggle/base'
import type { Document } from '@waggle/event'
import { DOCUMENT_VERSIONS } from './document-state.ts'
import type { MemoryScope } from './memory-view.ts'
import type { AsOf, PartSource } from './part-source.ts'
import {
  headVersion,
  newestVersion,
  versionHistory,
  versionOf,
  type ArchivedVersion,
  type Shown,
} from './versions.ts'

export interface DocumentFilter extends AsOf {
  readonly type?: string
  /** Of the key. */
  readonly prefix?: string
  /** Only documents with a figure of this name within [min, max]. */
  readonly metric?: { readonly name: string; readonly min?: number; readonly max?: number }
  /** Most answers; 1,000 if left out. */
  readonly limit?: number
}

/** Documents of a namespace; `AS_OF_TOO_OLD` where an answer is a version that only the log still has. */
export interface DocumentView {
  /** The newest version, or the one given. */
  document(
    scope: MemoryScope,
    namespace: string,
    type: string,
    key: string,
    options?: AsOf & { readonly version?: number },
  ): Shown<Document> | undefined
  /** By type, then by key. */
  documents(scope: MemoryScope, namespace: string, filter?: DocumentFilter): Shown<Document>[]
  /** Oldest first; versions before the newest 10 of the time by position only. */
  documentHistory(
    scope: MemoryScope,
    namespace: string,
    type: string,
    key: string,
    options?: AsOf,
  ): (ArchivedVersion & { readonly event?: Document })[]
  /** The version that the next write has to expect: 0 where there is none. */
  documentHead(scope: MemoryScope, namespace: string, type: string, key: string): number
}

const LIMIT = 1000

export function createDocumentView(source: PartSource): DocumentView {
  const find = (scope: MemoryScope, namespace: string, type: string, key: string) =>
    source.parts(scope, namespace)?.documents.get(type)?.get(key)
  return {
    document: (scope, namespace, type, key, { asOf, version } = {}) => {
      const versions = find(scope, namespace, type, key)
      if (versions === undefined) return undefined
      const lens = source.lens(scope, asOf)
      return version === undefined
        ? newestVersion(versions, lens)
        : versionOf(versions, version, lens)
    },
    documents: (scope, namespace, { type, prefix = '', metric, limit = LIMIT, asOf } = {}) => {
      const all = source.parts(scope, namespace)?.documents
      const lens = source.lens(scope, asOf)
      const found: Shown<Document>[] = []
      const types = type === undefined ? [...(all?.keys() ?? [])].sort() : [type]
      for (const name of types) {
        const keys = all?.get(name)
        for (const key of [...(keys?.keys() ?? [])].sort()) {
          if (found.length >= limit) return found
          const shown = key.startsWith(prefix) ? newestVersion(keys!.get(key)!, lens) : undefined
          if (shown !== undefined && isInRange(shown, metric)) found.push(shown)
        }
      }
      return found
    },
    documentHistory: (scope, namespace, type, key, { asOf } = {}) => {
      const versions = find(scope, namespace, type, key)
      return versions === undefined
        ? []
        : versionHistory(versions, source.lens(scope, asOf), DOCUMENT_VERSIONS)
    },
    documentHead: (scope, namespace, type, key) => {
      const versions = find(scope, namespace, type, key)
      const at: Micros = source.lens(scope).at
      return versions === undefined ? 0 : headVersion(versions, at)
    },
  }
}

function isInRange({ event }: Shown<Document>, metric: DocumentFilter['metric']): boolean {
  if (metric === undefined) return true
  const { name, min = -Infinity, max = Infinity } = metric
  const figure = Object.hasOwn(event.metrics, name) ? event.metrics[name] : undefined
  return figure !== undefined && min <= figure && figure <= max
}
