import type { Micros } from '@waggle/base'
import type { Access, Position } from '@waggle/event'
import {
  accessOf,
  ownerOf,
  SHARED_NAMESPACE,
  type GrantEntry,
  type GrantState,
} from './grant-state.ts'
import type { MemoryScope } from './memory-view.ts'
import type { AsOf, PartSource } from './part-source.ts'
import { writeAnswer, type RefusedWrite } from './refusal-state.ts'

/** Who may read and write where. Rights are the log's at the time asked about; what nobody owns is free to take. */
export interface GrantView {
  mayRead(scope: MemoryScope, agent: string, namespace: string, asOf?: Micros): boolean
  /** Whether a write would count. */
  mayWrite(scope: MemoryScope, agent: string, namespace: string, asOf?: Micros): boolean
  /** Namespaces that the agent may read: its own, the shared one, then others by name. */
  readableNamespaces(scope: MemoryScope, agent: string, asOf?: Micros): string[]
  /** Undefined where nobody owns it. */
  namespaceOwner(scope: MemoryScope, namespace: string, asOf?: Micros): string | undefined
  /** Every grant that counted, in the order of the log. */
  grantHistory(scope: MemoryScope, namespace: string, options?: AsOf): GrantEntry[]
  /** The newest writes that count for nothing, oldest first. */
  refusedWrites(scope: MemoryScope, namespace: string, options?: AsOf): RefusedWrite[]
  /**
   * What became of a write at a position that the view has read: it counts, or was refused and why. Undefined
   * where so many were refused since that it is no longer remembered.
   */
  namespaceWrite(
    scope: MemoryScope,
    namespace: string,
    position: Position,
  ): 'COUNTS' | RefusedWrite | undefined
}

export function createGrantView(source: PartSource): GrantView {
  const grantsOf = (scope: MemoryScope, namespace: string): GrantState | undefined =>
    source.parts(scope, namespace)?.grants
  const timeOf = (scope: MemoryScope, asOf?: Micros): Micros => source.lens(scope, asOf).at

  const accessTo = (scope: MemoryScope, agent: string, namespace: string, at: Micros): Access => {
    if (namespace === SHARED_NAMESPACE || namespace === agent) return 'WRITE'
    const grants = grantsOf(scope, namespace)
    const owner = grants === undefined ? undefined : ownerOf(grants, at)
    // Whoever took another agent's name before that agent wrote anything does not get to read what it said.
    if (owner !== namespace && isAgent(source, scope, namespace, at)) return 'NONE'
    if (grants === undefined || owner === undefined || owner === agent) return 'WRITE'
    return accessOf(grants, agent, at)
  }
  const mayRead: GrantView['mayRead'] = (scope, agent, namespace, asOf) =>
    accessTo(scope, agent, namespace, timeOf(scope, asOf)) !== 'NONE'

  return {
    mayRead,
    mayWrite: (scope, agent, namespace, asOf) =>
      accessTo(scope, agent, namespace, timeOf(scope, asOf)) === 'WRITE',
    readableNamespaces: (scope, agent, asOf) => {
      const first = [agent, SHARED_NAMESPACE]
      const at = timeOf(scope, asOf)
      const others = [...(source.swarm(scope)?.namespaces.values() ?? [])]
        .filter(({ name, grants }) => !first.includes(name) && ownerOf(grants, at) !== undefined)
        .map(({ name }) => name)
        .filter((name) => accessTo(scope, agent, name, at) !== 'NONE')
        .sort()
      return [...new Set([...first, ...others])]
    },
    namespaceOwner: (scope, namespace, asOf) => {
      const grants = grantsOf(scope, namespace)
      return grants === undefined ? undefined : ownerOf(grants, timeOf(scope, asOf))
    },
    grantHistory: (scope, namespace, { asOf } = {}) => {
      const at = timeOf(scope, asOf)
      return [...(grantsOf(scope, namespace)?.grants.values() ?? [])]
        .flat()
        .filter(({ knownFrom }) => knownFrom <= at)
        .sort((a, b) => (a.position.offset < b.position.offset ? -1 : 1))
    },
    refusedWrites: (scope, namespace, { asOf } = {}) => {
      const at = timeOf(scope, asOf)
      const all = source.parts(scope, namespace)?.refusals.recent ?? []
      return all.filter(({ knownFrom }) => knownFrom <= at)
    },
    namespaceWrite: (scope, namespace, position) => {
      const refusals = source.parts(scope, namespace)?.refusals
      return refusals === undefined ? undefined : writeAnswer(refusals, position.offset)
    },
  }
}

/** Whether an agent of this name had said something by then. */
function isAgent(source: PartSource, scope: MemoryScope, name: string, at: Micros): boolean {
  return (source.swarm(scope)?.agents.get(name) ?? Infinity) <= at
}
