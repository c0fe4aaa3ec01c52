import { WaggleError } from '@waggle/base'
import { createArrivals } from './arrivals.ts'
import { createDocumentTable } from './document-table.ts'
import { MAX_EMBEDDED_CHARS, type Embedder } from './embedder.ts'
import { createGraph } from './graph.ts'
import type { RecallDocument, RecallIndex } from './recall-index.ts'
import { checkQuery, search } from './search.ts'
import { createVectorSlab, paddedLength, quantise } from './vector-slab.ts'
import { createWordIndex } from './word-index.ts'

export interface RecallIndexOptions {
  readonly embedder: Embedder
  /** Share of the words in a score, 0 to 1; 0.3 by default, where it measured best with the lexical embedder. */
  readonly wordWeight?: number
  /** Threads that build the graph; 1 by default. */
  readonly threads?: number
  /** Documents from which on a graph is built; 10,000 by default: below, comparing all takes less. */
  readonly graphFrom?: number
}

/** An empty index. */
export function createRecallIndex(options: RecallIndexOptions): RecallIndex {
  const { embedder, wordWeight = 0.3, threads = 1, graphFrom = 10_000 } = options
  const table = createDocumentTable()
  const words = createWordIndex()
  const slab = createVectorSlab(embedder.dimensions)
  const arrivals = createArrivals()
  let graph = createGraph(paddedLength(embedder.dimensions))
  let tail: number[] = []
  let cut = 0

  const removeAt = (ordinal: number, at: number): void => {
    if (!table.remove(ordinal, at)) return
    words.retire(ordinal)
    graph.retire(ordinal)
  }
  const commit = (document: RecallDocument, code: Int8Array): number => {
    const ordinal = slab.push(code)
    table.push(document, words.add(ordinal, document.text))
    if (document.text.length > MAX_EMBEDDED_CHARS) cut++
    return ordinal
  }
  return {
    get size() {
      return table.live
    },
    get figures() {
      return {
        documents: table.live,
        settled: graph.size - graph.dead,
        cut,
        reused: 0,
        vectorBytes: slab.bytes,
      }
    },
    add: async (documents) => {
      const batch = arrivals.expect(documents.filter(({ key }) => !table.keys.has(key)))
      try {
        const codes = await embedAll(
          embedder,
          batch.map(({ document }) => document.text),
        )
        batch.forEach(({ document, dropped, removedAt }, i) => {
          if (dropped || table.keys.has(document.key)) return
          const ordinal = commit(document, codes[i]!)
          tail.push(ordinal)
          if (removedAt < Infinity) removeAt(ordinal, removedAt)
        })
      } finally {
        arrivals.arrived(batch)
      }
    },
    remove: (key, at) => {
      arrivals.remove(key, at)
      const ordinal = table.keys.get(key)
      if (ordinal !== undefined) removeAt(ordinal, at)
    },
    drop: (keys) => {
      for (const key of keys) {
        arrivals.drop(key)
        const ordinal = table.keys.get(key)
        if (ordinal === undefined) continue
        if (table.drop(ordinal)) words.retire(ordinal)
        words.drop(ordinal)
        slab.wipe(ordinal)
        const slot = graph.slotOf(ordinal)
        if (slot !== undefined) graph.wipe(slot)
      }
    },
    search: async (query) => {
      checkQuery(query)
      const [code] = await embedAll(embedder, [query.text])
      return search({ table, slab, words, graph, tail, wordWeight }, query, code!)
    },
    settle: (most) => {
      if (table.live < graphFrom) return 0
      if (graph.dead > graph.size / 2) {
        graph = createGraph(paddedLength(embedder.dimensions))
        tail = [...table.select({}).ordinals()]
      }
      const next = tail.splice(0, most).filter(table.isLive)
      graph.add(next, slab.at, threads)
      return tail.length
    },
  }
}

async function embedAll(embedder: Embedder, texts: readonly string[]): Promise<Int8Array[]> {
  if (texts.length === 0) return []
  const vectors = await embedder.embed(texts.map((text) => text.slice(0, MAX_EMBEDDED_CHARS)))
  if (vectors.length !== texts.length)
    throw new WaggleError(
      'INPUT_INVALID',
      `${embedder.name} gave ${vectors.length} vectors for ${texts.length} texts`,
    )
  return vectors.map((vector) => quantise(vector, embedder.dimensions))
}
