import type { Micros } from '@waggle/base'
import { isTrusted } from './compensation-state.ts'
import type { Lens } from './lens.ts'
import { findSwarmMemory, type MemoryState, type SwarmMemory } from './memory-state.ts'
import type { MemoryScope } from './memory-view.ts'
import type { NamespaceParts } from './namespace-parts.ts'

/** Where views of the parts look: a swarm's namespaces, and through which lens they are read. */
export interface PartSource {
  swarm(scope: MemoryScope): SwarmMemory | undefined
  parts(scope: MemoryScope, namespace: string): NamespaceParts | undefined
  /** The log's clock if no time is given. */
  lens(scope: MemoryScope, asOf?: Micros): Lens
}

/** Every read may ask about an earlier time; what was learned later does not change the answer. */
export interface AsOf {
  readonly asOf?: Micros
}

export function partSource(state: MemoryState): PartSource {
  const swarmOf = (scope: MemoryScope): SwarmMemory | undefined => findSwarmMemory(state, scope)
  return {
    swarm: swarmOf,
    parts: (scope, namespace) => swarmOf(scope)?.namespaces.get(namespace),
    lens: (scope, asOf) => {
      const swarm = swarmOf(scope)
      const at = asOf ?? swarm?.time.clock ?? 0
      return {
        at,
        trusts: (source, knownFrom) =>
          swarm === undefined || isTrusted(swarm.compensations, source, knownFrom, at),
      }
    },
  }
}
