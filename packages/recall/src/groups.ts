import type { Micros } from '@waggle/base'
import type { RecallDocument } from './recall-index.ts'

/** Documents of the same namespace, source and kind: what is asked of names is decided once for all of them. */
export interface Group {
  readonly id: number
  readonly namespace: string
  readonly source: string
  readonly kind: string
  /** Number of the source. */
  readonly sourceId: number
  /** Rising. */
  readonly ordinals: number[]
  live: number
  /** Least knownFrom. */
  earliest: Micros
}

export interface Groups {
  readonly all: readonly Group[]
  /** Different sources so far; their numbers are smaller. */
  readonly sources: number
  sourceId(name: string): number | undefined
  /** The group of a document, made where there is none. */
  of(document: RecallDocument): Group
}

export function createGroups(): Groups {
  const all: Group[] = []
  const byNames = new Map<string, Group>()
  const sourceIds = new Map<string, number>()
  return {
    all,
    get sources() {
      return sourceIds.size
    },
    sourceId: (name) => sourceIds.get(name),
    of: ({ namespace, source, kind }) => {
      const names = JSON.stringify([namespace, source, kind])
      let group = byNames.get(names)
      if (group === undefined) {
        const sourceId = sourceIds.get(source) ?? sourceIds.size
        sourceIds.set(source, sourceId)
        const counts = { ordinals: [], live: 0, earliest: Infinity }
        group = { id: all.length, namespace, source, kind, sourceId, ...counts }
        all.push(group)
        byNames.set(names, group)
      }
      return group
    },
  }
}
