import { isRemembered, isRemovedAt } from './episode-state.ts'
import { findSwarmMemory, type MemoryState } from './memory-state.ts'
import type { MemoryScope } from './memory-view.ts'

/** Whether a namespace holds a memory now, by its id or name; turns and relations are not looked up here. */
export interface MemoryLookup {
  holds(scope: MemoryScope, namespace: string, memory: string): boolean
}

export function createMemoryLookup(state: MemoryState): MemoryLookup {
  return {
    holds: (scope, namespace, memory) => {
      const swarm = findSwarmMemory(state, scope)
      if (swarm === undefined) return false
      const { episodes, indexed, compensations, time } = swarm
      const at = episodes.rows.byId.get(memory)
      if (at !== undefined) {
        const isHere = episodes.rows.text('namespace', at) === namespace
        return isHere && isRemembered(swarm, at, time.clock)
      }
      const event = indexed.heads.get(`${namespace}\n${memory}`)?.event ?? memory
      const found = indexed.byEvent.get(event)
      return (
        found?.namespace === namespace &&
        !isRemovedAt(compensations, indexed.retired.get(event), time.clock)
      )
    },
  }
}
