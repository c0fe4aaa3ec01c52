import type { DocumentTable } from './document-table.ts'
import type { Graph } from './graph.ts'
import type { Permit } from './permit.ts'
import type { RecallQuery } from './recall-index.ts'
import type { VectorSlab } from './vector-slab.ts'
import type { WordIndex, WordQuery } from './word-index.ts'

/** What a search reads. */
export interface IndexParts {
  readonly table: DocumentTable
  readonly slab: VectorSlab
  readonly words: WordIndex
  readonly graph: Graph
  /** Ordinals that are not in the graph. */
  readonly tail: readonly number[]
}

export interface Question extends IndexParts {
  /** Share of the words in a score, 0 to 1. */
  readonly wordWeight: number
  readonly query: RecallQuery
  readonly code: Int8Array
  readonly permit: Permit
  readonly asked: WordQuery
}
