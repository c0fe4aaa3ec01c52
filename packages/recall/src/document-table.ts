import type { Micros } from '@waggle/base'
import { createColumn } from './name-column.ts'
import type { RecallDocument } from './recall-index.ts'
import { select, type Columns, type Filter, type Selection } from './selection.ts'

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
  sourceAt(ordinal: number): number
  sourceId(name: string): number | undefined
  /** Ordinals of a source, rising. */
  ofSource(id: number): readonly number[]
  /** Live documents by source. */
  readonly liveBySource: readonly number[]
  /** @param length In words. */
  push(document: RecallDocument, length: number): number
  /** From `at` on it is no answer; the earliest of several counts. Returns whether it was live. */
  remove(ordinal: number, at: Micros): boolean
  /** No answer, for all times. Returns whether it was live. */
  drop(ordinal: number): boolean
  select(filter: Filter): Selection
}

export function createDocumentTable(): DocumentTable {
  const keys = new Map<string, number>()
  const columns = emptyColumns()
  const { documents, namespaces, sources, kinds } = columns
  return {
    get size() {
      return documents.length
    },
    get live() {
      return columns.live
    },
    get sources() {
      return sources.names
    },
    keys,
    at: (ordinal) => documents[ordinal]!,
    isLive: (ordinal) => columns.mask[ordinal] === 1,
    sourceAt: (ordinal) => sources.at(ordinal),
    sourceId: (name) => sources.idsOf([name])[0],
    ofSource: (id) => sources.ordinalsOf(id),
    liveBySource: columns.liveBySource,
    push: (document, length) => {
      const ordinal = documents.length
      if (ordinal === columns.mask.length) grow(columns)
      documents.push(document)
      keys.set(document.key, ordinal)
      namespaces.push(document.namespace)
      sources.push(document.source)
      kinds.push(document.kind)
      columns.mask[ordinal] = 1
      columns.lengths[ordinal] = length
      columns.known[ordinal] = document.knownFrom
      columns.removed[ordinal] = Infinity
      columns.live++
      const source = sources.at(ordinal)
      columns.liveBySource[source] = (columns.liveBySource[source] ?? 0) + 1
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
  }
}

const FIRST_ROOM = 64

function emptyColumns(): Columns {
  return {
    documents: [],
    namespaces: createColumn(),
    sources: createColumn(),
    kinds: createColumn(),
    mask: new Uint8Array(FIRST_ROOM),
    lengths: new Uint32Array(FIRST_ROOM),
    known: new Float64Array(FIRST_ROOM),
    removed: new Float64Array(FIRST_ROOM),
    live: 0,
    liveBySource: [],
    liveLength: 0,
  }
}

function grow(columns: Columns): void {
  const room = columns.mask.length * 2
  columns.mask = copied(columns.mask, new Uint8Array(room))
  columns.lengths = copied(columns.lengths, new Uint32Array(room))
  columns.known = copied(columns.known, new Float64Array(room))
  columns.removed = copied(columns.removed, new Float64Array(room))
}

function copied<T extends Uint8Array | Uint32Array | Float64Array>(from: T, to: T): T {
  to.set(from)
  return to
}

function retire(columns: Columns, ordinal: number): boolean {
  if (columns.mask[ordinal] === 0) return false
  columns.mask[ordinal] = 0
  columns.live--
  columns.liveBySource[columns.sources.at(ordinal)]!--
  columns.liveLength -= columns.lengths[ordinal]!
  return true
}
