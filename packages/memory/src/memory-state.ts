import type { Micros } from '@waggle/base'

/**
 * Everything remembered of one swarm in one run. A namespace lives in one partition, so its state is a fold of
 * that partition's order; what comes from other partitions is kept so that their order does not matter.
 */
export interface SwarmMemory {
  readonly namespaces: Map<string, NamespaceMemory>
  /** Largest known_from seen: the clock by which memories age. */
  clock: Micros
}

/** What one namespace holds; each part has its own file with its rules. */
export interface NamespaceMemory {
  readonly name: string
}

/** run ('' is live) -> swarm -> memory */
export type MemoryState = Map<string, Map<string, SwarmMemory>>
