import type { Micros } from '@waggle/base'
import { evidenceOf } from './episode-text.ts'
import { matchingRows, readerOf, type EpisodeRead, type Rights } from './episode-view.ts'
import { findSwarmMemory, type MemoryState } from './memory-state.ts'
import type { MemoryScope } from './memory-view.ts'
import type { Memory } from './memory.ts'
import { readMemoryAt, type ReadBack } from './read-episode.ts'

export interface ConsolidationFilter extends EpisodeRead {
  readonly namespace: string
  readonly type?: string
  /** Fewest members, at least 2; 2 if left out. */
  readonly membersMin?: number
}

/** Experiences that say the same, as one. */
export interface ConsolidatedMemory {
  readonly namespace: string
  readonly type: string
  /** The most important of them; of equals the newest. */
  readonly exemplar: Memory
  readonly count: number
  readonly firstAt: Micros
  readonly lastAt: Micros
  readonly meanImportance: number
  /** Ids of the members, oldest first, and of all they rest on. */
  readonly members: readonly string[]
  readonly evidence: readonly string[]
}

export interface ConsolidationView {
  /**
   * Near-identical experiences of a namespace, largest group first. They are near-identical where type and content
   * are the same but for case, space and numbers. Computed from what may be in the answer: whatever is removed,
   * erased, forgotten or distrusted is in no group.
   */
  consolidated(scope: MemoryScope, filter: ConsolidationFilter): Promise<ConsolidatedMemory[]>
}

export function createConsolidationView(
  state: MemoryState,
  rights: Rights,
  readBack?: ReadBack,
): ConsolidationView {
  return {
    consolidated: async (scope, filter) => {
      const swarm = findSwarmMemory(state, scope)
      if (swarm === undefined) return []
      const canRead = readerOf(rights, scope, filter)
      const rows = matchingRows(swarm, { ...filter, kinds: ['experience'] }, canRead)
      const groups = new Map<string, Memory[]>()
      for (const id of rows.map((at) => swarm.episodes.rows.id(at))) {
        const at = swarm.episodes.rows.rowOf(id)
        const memory = at === undefined ? undefined : await readMemoryAt(swarm, at, readBack)
        if (memory?.event.kind !== 'experience') continue
        const name = `${memory.event.type}\n${templateOf(memory.event.content)}`
        const group = groups.get(name)
        if (group === undefined) groups.set(name, [memory])
        else group.push(memory)
      }
      const { membersMin = 2 } = filter
      return [...groups.values()]
        .filter((group) => group.length >= Math.max(2, membersMin))
        .map(consolidate)
        .sort((a, b) => b.count - a.count || (a.exemplar.id < b.exemplar.id ? -1 : 1))
    },
  }
}

/**
 * A text without what differs between repetitions: case, space, numbers. It is the first step of log parsing, where
 * what stays the same is the template (He et al., Drain, ICWS 2017, section III).
 */
export function templateOf(content: string): string {
  return content
    .toLowerCase()
    .replace(/[-+]?\d+(?:[.,:]\d+)*(?:e[-+]?\d+)?/g, '#')
    .replace(/\s+/g, ' ')
    .trim()
}

/** Members come newest first. */
function consolidate(newestFirst: readonly Memory[]): ConsolidatedMemory {
  const members = newestFirst.toReversed()
  const importances = members.map(importanceOf)
  const most = Math.max(...importances)
  const exemplar = newestFirst.find((member) => importanceOf(member) === most)!
  const sum = importances.reduce((total, importance) => total + importance, 0)
  return {
    namespace: exemplar.namespace,
    type: exemplar.event.kind === 'experience' ? exemplar.event.type : '',
    exemplar,
    count: members.length,
    firstAt: members[0]!.event.occurred_at,
    lastAt: newestFirst[0]!.event.occurred_at,
    meanImportance: sum / members.length,
    members: members.map(({ id }) => id),
    evidence: [...new Set(members.flatMap(({ event }) => evidenceOf(event)))],
  }
}

function importanceOf({ event }: Memory): number {
  return event.kind === 'experience' ? event.importance : 0
}
