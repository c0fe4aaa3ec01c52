import type { Micros } from '@waggle/base'
import { createArrivals, type Arrival, type Arrivals } from './arrivals.ts'
import { createDocumentTable, type DocumentTable } from './document-table.ts'
import { MAX_EMBEDDED_CHARS, type Embedder } from './embedder.ts'
import { embedAll } from './embed-all.ts'
import { createGraph, type Graph } from './graph.ts'
import { createKnownVectors, NOTHING_KNOWN, type KnownVectors } from './known-vectors.ts'
import type { RecallDocument } from './recall-index.ts'
import {
  hashOf,
  readSnapshot,
  writeSnapshot,
  type SnapshotEntry,
  type SnapshotIdentity,
} from './snapshot.ts'
import { createVectorSlab, paddedLength, type VectorSlab } from './vector-slab.ts'
import { createWordIndex, type WordIndex } from './word-index.ts'

/** An index from inside: parts that agree on ordinals. */
export interface IndexState {
  readonly embedder: Embedder
  readonly table: DocumentTable
  readonly words: WordIndex
  readonly slab: VectorSlab
  readonly arrivals: Arrivals
  graph: Graph
  /** Ordinals that are not in the graph. */
  tail: number[]
  known: KnownVectors
  /** Texts that were too long to be embedded in full. */
  cut: number
}

export function emptyState(embedder: Embedder): IndexState {
  return {
    embedder,
    table: createDocumentTable(),
    words: createWordIndex(),
    slab: createVectorSlab(embedder.dimensions),
    arrivals: createArrivals(),
    graph: emptyGraph(embedder),
    tail: [],
    known: createKnownVectors(NOTHING_KNOWN, paddedLength(embedder.dimensions)),
    cut: 0,
  }
}

function emptyGraph({ dimensions }: Embedder): Graph {
  return createGraph(paddedLength(dimensions))
}

export async function addDocuments(
  state: IndexState,
  documents: readonly RecallDocument[],
): Promise<void> {
  const { table, arrivals } = state
  const batch = arrivals.expect(documents.filter(({ key }) => !table.keys.has(key)))
  try {
    const fresh = batch.filter(({ document: { key, text } }) => !state.known.has(key, text))
    const codes = await embedAll(
      state.embedder,
      fresh.map(({ document }) => document.text),
    )
    const codeOf = new Map(fresh.map((arrival, i) => [arrival, codes[i]!]))
    for (const arrival of batch) arrive(state, arrival, codeOf.get(arrival))
  } finally {
    arrivals.arrived(batch)
  }
}

/** @param code Undefined where a snapshot has it. */
export function arrive(
  state: IndexState,
  { document, dropped, removedAt }: Arrival,
  code: Int8Array | undefined,
): void {
  const { table, words, slab, graph } = state
  if (dropped || table.keys.has(document.key)) return
  const known = code === undefined ? state.known.take(document.key)! : undefined
  if (code !== undefined) graph.wipe(state.known.forget([document.key]))
  const ordinal = slab.push(code ?? known!.code)
  table.push(document, words.add(ordinal, document.text))
  if (known !== undefined && known.slot >= 0) graph.bind(ordinal, known.slot)
  else state.tail.push(ordinal)
  if (document.text.length > MAX_EMBEDDED_CHARS) state.cut++
  if (removedAt < Infinity) removeAt(state, ordinal, removedAt)
}

export function removeDocument(state: IndexState, key: string, at: Micros): void {
  state.arrivals.remove(key, at)
  const ordinal = state.table.keys.get(key)
  if (ordinal !== undefined) removeAt(state, ordinal, at)
}

function removeAt({ table, words, graph }: IndexState, ordinal: number, at: Micros): void {
  if (!table.remove(ordinal, at)) return
  words.retire(ordinal)
  graph.retire(ordinal)
}

export function dropDocuments(state: IndexState, keys: readonly string[]): void {
  const { table, words, slab, graph } = state
  const slots = state.known.forget(keys)
  for (const key of keys) {
    state.arrivals.drop(key)
    const ordinal = table.keys.get(key)
    if (ordinal === undefined) continue
    slots.push(...graph.slotsOf(ordinal))
    if (table.drop(ordinal)) words.retire(ordinal)
    words.drop(ordinal)
    slab.wipe(ordinal)
  }
  wipeSlots(state, slots)
}

/** Forgets what a snapshot knew and the log did not bring. */
export function forgetUnclaimed(state: IndexState): void {
  const unclaimed = state.known.keys().filter((key) => !state.arrivals.expects(key))
  wipeSlots(state, state.known.forget(unclaimed))
}

function wipeSlots(state: IndexState, slots: readonly number[]): void {
  if (slots.length > state.graph.size / 2) startGraphAnew(state)
  else state.graph.wipe(slots)
}

function startGraphAnew(state: IndexState): void {
  state.graph = emptyGraph(state.embedder)
  state.known.displace()
  state.tail = [...state.table.everythingLive().ordinals()]
}

/** Moves documents into the graph; returns how many wait. A graph that is mostly dead is built anew. */
export function settleSome(state: IndexState, most: number, threads: number): number {
  const { table, slab, known } = state
  if (known.waiting === 0 && state.graph.dead > state.graph.size / 2) startGraphAnew(state)
  const next = state.tail.splice(0, most).filter(table.isLive)
  state.graph.add(next, slab.at, threads)
  return state.tail.length
}

export function saveState(state: IndexState, folder: string, scope: string): void {
  forgetUnclaimed(state)
  const { table, slab, graph } = state
  const entries: SnapshotEntry[] = []
  const length = paddedLength(state.embedder.dimensions)
  const codes = new Int8Array(table.keys.size * length)
  for (const [key, ordinal] of table.keys) {
    codes.set(slab.at(ordinal), entries.length * length)
    const [slot = -1] = graph.slotsOf(ordinal)
    entries.push({ key, hash: hashOf(table.at(ordinal).text), slot })
  }
  const snapshot = { entries, codes, slots: graph.size }
  writeSnapshot(folder, identityOf(state, scope), snapshot, (path) => graph.save(path))
}

/** Returns how many vectors are known. */
export function loadState(state: IndexState, folder: string, scope: string): number {
  const graph = emptyGraph(state.embedder)
  const snapshot = readSnapshot(folder, identityOf(state, scope), (path, slots) =>
    graph.load(path, slots),
  )
  if (snapshot === undefined) return 0
  state.graph = graph
  state.known = createKnownVectors(snapshot, paddedLength(state.embedder.dimensions))
  return snapshot.entries.length
}

function identityOf({ embedder }: IndexState, scope: string): SnapshotIdentity {
  return { scope, embedder: embedder.name, dimensions: embedder.dimensions }
}
