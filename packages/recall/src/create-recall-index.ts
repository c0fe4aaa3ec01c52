import { WaggleError } from '@waggle/base'
import { dumpIndex, loadIndex } from './dump-index.ts'
import { embedAll } from './embed-all.ts'
import type { Embedder } from './embedder.ts'
import {
  addDocuments,
  dropDocuments,
  emptyState,
  forgetUnclaimed,
  loadState,
  removeDocument,
  saveState,
  settleSome,
} from './index-state.ts'
import type { RecallIndex } from './recall-index.ts'
import { checkQuery, search } from './search.ts'

export interface RecallIndexOptions {
  readonly embedder: Embedder
  /** Whose index it is; a snapshot of another scope is refused. */
  readonly scope?: string
  /**
   * Share of the words in a score, 0 to 1; 0.6 by default, which measured best with the lexical embedder on known
   * paragraphs asked for by some of their words, half of them misspelt. A model embedder may want less.
   */
  readonly wordWeight?: number
  /** Threads that build the graph; 1 by default. */
  readonly threads?: number
  /** Documents from which on a graph is built; 10,000 by default: below, comparing all takes less. */
  readonly graphFrom?: number
}

/** An empty index. */
export function createRecallIndex(options: RecallIndexOptions): RecallIndex {
  const { embedder, scope = '', wordWeight = 0.6, threads = 1, graphFrom = 10_000 } = options
  const state = emptyState(embedder)
  return {
    get size() {
      return state.table.live
    },
    get figures() {
      return {
        documents: state.table.live,
        settled: state.graph.size - state.graph.dead,
        cut: state.cut,
        reused: state.known.reused,
        bytes: state.slab.bytes + state.words.bytes,
      }
    },
    add: (documents) => addDocuments(state, documents),
    remove: (key, at) => removeDocument(state, key, at),
    drop: (keys) => dropDocuments(state, keys),
    search: async (query) => {
      checkQuery(query)
      const [code] = await embedAll(embedder, [query.text])
      return search(state, query, code!, wordWeight)
    },
    settle: (most) => (state.table.live < graphFrom ? 0 : settleSome(state, most, threads)),
    saveSnapshot: (folder) => saveState(state, folder, scope),
    loadSnapshot: (folder) => {
      if (state.table.size > 0)
        throw new WaggleError('INPUT_INVALID', 'A snapshot is loaded into an index that is empty')
      return loadState(state, folder, scope)
    },
    dump: () => dumpIndex(state),
    load: (dump) => {
      if (state.table.size > 0)
        throw new WaggleError('INPUT_INVALID', 'A dump is loaded into an index that is empty')
      return loadIndex(state, dump)
    },
    forgetUnclaimed: () => forgetUnclaimed(state),
  }
}
