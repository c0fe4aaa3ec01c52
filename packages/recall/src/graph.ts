import usearch, { type MetricKind, type ScalarKind } from 'usearch'
import { createSlots, type Slots } from './slots.ts'

/**
 * An HNSW graph (Malkov, Yashunin, "Efficient and robust approximate nearest neighbor search using Hierarchical
 * Navigable Small World graphs", 2018) over codes, by usearch. It only proposes: the slab compares again. A slot
 * is a place in the graph; what it stands for may change, so that a graph from a snapshot fits an index whose
 * documents come in another order. What is retired is no longer proposed; its place remains a way to others.
 */
export interface Graph extends Pick<Slots, 'size' | 'dead' | 'bind' | 'slotsOf' | 'retire'> {
  add(ordinals: readonly number[], codeAt: (ordinal: number) => Int8Array, threads: number): void
  /** Ordinals near the code, at most `count`. */
  near(code: Int8Array, count: number): number[]
  /** Overwrites the vectors in the slots. */
  wipe(slots: readonly number[]): void
  save(path: string): void
  load(path: string, slots: number): void
}

/** Neighbours per node, and candidates kept while adding and searching. */
const CONNECTIVITY = 16
const EXPANSION_ADD = 64
const EXPANSION_SEARCH = 64

export function createGraph(dimensions: number): Graph {
  const slots = createSlots()
  const index = new usearch.Index({
    dimensions,
    metric: 'cos' as MetricKind,
    quantization: 'i8' as ScalarKind,
    connectivity: CONNECTIVITY,
    expansion_add: EXPANSION_ADD,
    expansion_search: EXPANSION_SEARCH,
    multi: false,
  })
  const insert = (ordinals: readonly number[], vectors: Float32Array, threads: number): void =>
    index.add(
      BigUint64Array.from(ordinals, (ordinal) => BigInt(slots.open(ordinal))),
      vectors,
      threads,
    )
  return {
    get size() {
      return slots.size
    },
    get dead() {
      return slots.dead
    },
    bind: slots.bind,
    slotsOf: slots.slotsOf,
    retire: slots.retire,
    add: (ordinals, codeAt, threads) => {
      if (ordinals.length === 0) return
      const vectors = new Float32Array(ordinals.length * dimensions)
      ordinals.forEach((ordinal, i) => vectors.set(codeAt(ordinal), i * dimensions))
      insert(ordinals, vectors, threads)
    },
    near: (code, count) => {
      const { keys } = index.search(Float32Array.from(code), count, 1)
      const found: number[] = []
      for (const key of keys) {
        const ordinal = slots.ordinalAt(Number(key))
        if (ordinal >= 0) found.push(ordinal)
      }
      return found
    },
    wipe: (wiped) => {
      if (wiped.length === 0) return
      for (const slot of wiped) slots.retire(slots.ordinalAt(slot))
      // A removed node keeps its bytes until its place is taken: take it at once.
      index.remove(BigUint64Array.from(wiped, BigInt))
      const filler = new Float32Array(wiped.length * dimensions).fill(1)
      insert(
        wiped.map(() => -1),
        filler,
        1,
      )
    },
    save: (path) => index.save(path),
    load: (path, count) => {
      index.load(path)
      for (let slot = 0; slot < count; slot++) slots.open(-1)
    },
  }
}
