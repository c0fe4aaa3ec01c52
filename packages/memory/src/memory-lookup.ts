import type { Micros } from '@waggle/base'
import { isTrusted } from './compensation-state.ts'
import { isRemembered, isRemovedAt } from './episode-state.ts'
import { readerOf, timeOf, type EpisodeRead, type Rights } from './episode-view.ts'
import { findSwarmMemory, type MemoryState, type SwarmMemory } from './memory-state.ts'
import type { MemoryScope } from './memory-view.ts'
import type { Memory, MemoryKind } from './memory.ts'

export interface StatementFilter extends EpisodeRead {
  readonly kinds?: readonly MemoryKind[]
  readonly namespace?: string
  /** Agent that said it. */
  readonly source?: string
  /** Most answers; 100 if left out. */
  readonly limit?: number
}

/** Memories by id or name, and the newest of those that are no episodes. */
export interface MemoryLookup {
  /** Whether a namespace holds a memory now, by its id or name; turns and relations are not looked up here. */
  holds(scope: MemoryScope, namespace: string, memory: string): boolean
  /** Facts and turns, and the newest version of concepts, procedures and documents: newest first. */
  statements(scope: MemoryScope, filter?: StatementFilter): Memory[]
  /** One of them by its id, or by its name within the namespace. */
  statement(
    scope: MemoryScope,
    namespace: string | undefined,
    id: string,
    read?: EpisodeRead,
  ): Memory | undefined
}

const LIMIT = 100

export function createMemoryLookup(state: MemoryState, rights: Rights): MemoryLookup {
  return {
    holds: (scope, namespace, memory) => {
      const swarm = findSwarmMemory(state, scope)
      if (swarm === undefined) return false
      const { episodes, indexed, compensations, time } = swarm
      const at = episodes.rows.rowOf(memory)
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
    statements: (scope, filter = {}) => {
      const swarm = findSwarmMemory(state, scope)
      if (swarm === undefined) return []
      const canRead = readerOf(rights, scope, filter)
      const time = timeOf(swarm, filter.asOf)
      const { kinds, namespace, source, limit = LIMIT } = filter
      return [...swarm.indexed.byEvent.values()]
        .filter(
          (memory) =>
            (kinds === undefined || kinds.includes(memory.kind)) &&
            (namespace === undefined || memory.namespace === namespace) &&
            (source === undefined || memory.source === source) &&
            isStated(swarm, memory, time) &&
            canRead(memory.namespace),
        )
        .sort((a, b) => b.knownFrom - a.knownFrom || (a.event.id < b.event.id ? 1 : -1))
        .slice(0, limit)
    },
    statement: (scope, namespace, id, read = {}) => {
      const swarm = findSwarmMemory(state, scope)
      if (swarm === undefined) return undefined
      const { indexed } = swarm
      const time = timeOf(swarm, read.asOf)
      const canRead = readerOf(rights, scope, read)
      const isIt = (memory: Memory): boolean =>
        (memory.id === id || memory.event.id === id) &&
        (namespace === undefined || memory.namespace === namespace) &&
        isStated(swarm, memory, time) &&
        canRead(memory.namespace)
      const head = indexed.heads.get(`${namespace}\n${id}`)
      const near = indexed.byEvent.get(head?.event ?? id)
      if (near !== undefined && isIt(near)) return near
      return [...indexed.byEvent.values()].findLast(isIt)
    },
  }
}

/** Known by then, from a source trusted then, neither removed nor superseded. */
function isStated(
  { indexed, compensations }: SwarmMemory,
  { event, source, knownFrom }: Memory,
  time: Micros,
): boolean {
  return (
    knownFrom <= time &&
    isTrusted(compensations, source, knownFrom, time) &&
    !isRemovedAt(compensations, indexed.retired.get(event.id), time)
  )
}
