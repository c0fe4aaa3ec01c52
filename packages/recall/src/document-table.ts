import type { Micros } from '@waggle/base'
import { createGroups } from './groups.ts'
import { permit, type Permit } from './permit.ts'
import type { RecallDocument, RecallQuery } from './recall-index.ts'
import { everythingLive, select, type Columns, type Filter, type Selection } from './selection.ts'

/** Documents by ordinal, in the order of adding, with what filters ask for in columns. */
export interface DocumentTable {
  /** Ordinals given out. */
  readonly size: number
  readonly live: number
  /** Different sources so far; their ids are smaller. */
  readonly sources: number
  readonly keys: ReadonlyMap<string, number>
  at(ordinal: number): RecallDocument
  isLive(ordinal: number): boolean
  /** Infinity for what was not removed. */
  removedAt(ordinal: number): Micros
  sourceAt(ordinal: number): number
  sourceId(name: string): number | undefined
  /** @param length In words. */
  push(document: RecallDocument, length: number): number
  /** From `at` on it is no answer; the earliest of several counts. Returns whether it was live. */
  remove(ordinal: number, at: Micros): boolean
  /** No answer, for all times. Returns whether it was live. */
  drop(ordinal: number): boolean
  /** All that the filter lets through. */
  select(filter: Filter): Selection
  everythingLive(): Selection
  /** What may be said of what is there now. */
  permit(query: RecallQuery): Permit
}

export function createDocumentTable(): DocumentTable {
  const keys = new Map<string, number>()
  const columns = emptyColumns()
  const { documents, groups } = columns
  return {
    get size() {
      return documents.length
    },
    get live() {
      return columns.live
    },
    get sources() {
      return groups.sources
    },
    keys,
    at: (ordinal) => documents[ordinal]!,
    isLive: (ordinal) => columns.mask[ordinal] === 1,
    removedAt: (ordinal) => columns.removed[ordinal]!,
    sourceAt: (ordinal) => groups.all[columns.groupAt[ordinal]!]!.sourceId,
    sourceId: groups.sourceId,
    push: (document, length) => {
      const ordinal = documents.length
      if (ordinal === columns.mask.length) grow(columns)
      const group = groups.of(document)
      documents.push(document)
      keys.set(document.key, ordinal)
      group.ordinals.push(ordinal)
      group.live++
      group.earliest = Math.min(group.earliest, document.knownFrom)
      columns.groupAt[ordinal] = group.id
      columns.mask[ordinal] = 1
      columns.lengths[ordinal] = length
      columns.known[ordinal] = document.knownFrom
      columns.removed[ordinal] = Infinity
      columns.occurred[ordinal] = document.occurredAt
      columns.live++
      columns.liveLength += length
      return ordinal
    },
    remove: (ordinal, at) => {
      columns.removed[ordinal] = Math.min(columns.removed[ordinal]!, at)
      return retire(columns, ordinal)
    },
    drop: (ordinal) => {
      keys.delete(documents[ordinal]!.key)
      documents[ordinal] = undefined
      columns.removed[ordinal] = -Infinity
      return retire(columns, ordinal)
    },
    select: (filter) => select(columns, filter),
    everythingLive: () => everythingLive(columns),
    permit: (query) => permit(columns, query),
  }
}

const FIRST_ROOM = 64

function emptyColumns(): Columns {
  return {
    documents: [],
    groups: createGroups(),
    groupAt: new Uint32Array(FIRST_ROOM),
    mask: new Uint8Array(FIRST_ROOM),
    lengths: new Uint32Array(FIRST_ROOM),
    known: new Float64Array(FIRST_ROOM),
    removed: new Float64Array(FIRST_ROOM),
    occurred: new Float64Array(FIRST_ROOM),
    live: 0,
    liveLength: 0,
  }
}

function grow(columns: Columns): void {
  const room = columns.mask.length * 2
  columns.groupAt = copied(columns.groupAt, new Uint32Array(room))
  columns.mask = copied(columns.mask, new Uint8Array(room))
  columns.lengths = copied(columns.lengths, new Uint32Array(room))
  columns.known = copied(columns.known, new Float64Array(room))
  columns.removed = copied(columns.removed, new Float64Array(room))
  columns.occurred = copied(columns.occurred, new Float64Array(room))
}

function copied<T extends Uint8Array | Uint32Array | Float64Array>(from: T, to: T): T {
  to.set(from)
  return to
}

function retire(columns: Columns, ordinal: number): boolean {
  if (columns.mask[ordinal] === 0) return false
  columns.mask[ordinal] = 0
  columns.live--
  columns.groups.all[columns.groupAt[ordinal]!]!.live--
  columns.liveLength -= columns.lengths[ordinal]!
  return true
}
