import type { MemoryState } from './memory-state.ts'

/** A swarm's memory in one run. */
export interface MemoryScope {
  readonly swarm: string
  /** Null is live. */
  readonly run: string | null
}

/** Lookups in memory; grows by intersection with the views of its parts (episodes, knowledge, procedures ...). */
export interface MemoryView {
  /** Swarms seen in a run. */
  swarms(run: string | null): string[]
}

export function createMemoryView(state: MemoryState): MemoryView {
  return {
    swarms: (run) => [...(state.runs.get(run ?? '')?.swarms.keys() ?? [])],
  }
}
