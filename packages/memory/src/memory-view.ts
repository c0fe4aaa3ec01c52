import { createCleanUpView, type CleanUpView } from './clean-up.ts'
import { createConsolidationView, type ConsolidationView } from './consolidate.ts'
import { createDocumentView, type DocumentView } from './document-view.ts'
import { createEpisodeView, type EpisodeView } from './episode-view.ts'
import { createGrantView, type GrantView } from './grant-view.ts'
import { createKnowledgeView, type KnowledgeView } from './knowledge-view.ts'
import { createMemoryLookup, type MemoryLookup } from './memory-lookup.ts'
import type { MemoryState } from './memory-state.ts'
import { partSource } from './part-source.ts'
import { createProcedureView, type ProcedureView } from './procedure-view.ts'
import type { ReadBack } from './read-episode.ts'
import { createRecallView, type RecallView } from './recall-memories.ts'
import { createStorageView, type StorageView } from './storage-figures.ts'
import { createTurnView, type TurnView } from './turn-view.ts'

/** A swarm's memory in one run. */
export interface MemoryScope {
  readonly swarm: string
  /** Null is live. */
  readonly run: string | null
}

/** Lookups in memory: the views of its parts in one. Answers are the view's own objects: do not change them. */
export interface MemoryView
  extends
    EpisodeView,
    RecallView,
    ConsolidationView,
    StorageView,
    CleanUpView,
    GrantView,
    KnowledgeView,
    ProcedureView,
    TurnView,
    DocumentView,
    MemoryLookup {
  /** Runs seen; null is live. */
  runs(): (string | null)[]
  /** Swarms seen in a run. */
  swarms(run: string | null): string[]
}

/** @param readBack Reads what is archived; it is in no answer without. */
export function createMemoryView(state: MemoryState, readBack?: ReadBack): MemoryView {
  const source = partSource(state)
  const grants = createGrantView(source)
  return {
    runs: () => [...state.runs.keys()].map((run) => (run === '' ? null : run)),
    swarms: (run) => [...(state.runs.get(run ?? '')?.swarms.keys() ?? [])],
    ...createEpisodeView(state, grants, readBack),
    ...createRecallView(state, grants, readBack),
    ...createConsolidationView(state, grants, readBack),
    ...createStorageView(state),
    ...createCleanUpView(state),
    ...createMemoryLookup(state, grants),
    ...grants,
    ...createKnowledgeView(source),
    ...createProcedureView(source),
    ...createTurnView(source),
    ...createDocumentView(source),
  }
}
