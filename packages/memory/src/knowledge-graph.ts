import type { Micros } from '@waggle/base'
import type { Relation } from '@waggle/event'
import { relationName, type KnowledgeState, type RelationState } from './knowledge-state.ts'
import { isBefore, sees, type Kept, type Lens } from './lens.ts'
import { isRemoved, type RemovalState } from './removal-state.ts'

export interface EdgeFilter {
  readonly type?: string
  /** Which way relations are followed; both if left out. */
  readonly direction?: 'out' | 'in' | 'both'
}

/** A relation as one of its concepts has it. */
export interface Neighbour {
  readonly concept: string
  readonly relation: Kept<Relation>
  readonly direction: 'out' | 'in'
}

/** Concepts looked at, at most, in one search for a path. */
export const PATH_VISITS_MAX = 10_000

/** The relations of a namespace as they hold at one time in the world, through one lens. */
export interface Graph {
  neighbours(concept: string, filter?: EdgeFilter): Neighbour[]
  /**
   * A shortest path, as the steps from the first concept to the last; the first by name among equals. Undefined
   * where there is none of at most `maxHops` relations among the first 10,000 concepts reached.
   */
  path(from: string, to: string, maxHops: number, filter?: EdgeFilter): Neighbour[] | undefined
}

export function graphOf(
  { relations, edges }: KnowledgeState,
  removals: RemovalState,
  lens: Lens,
  validAt: Micros,
): Graph {
  const neighbours: Graph['neighbours'] = (concept, { type, direction = 'both' } = {}) => {
    const found: Neighbour[] = []
    for (const name of edges.get(concept) ?? []) {
      const relation = relations.get(name)!
      if (type !== undefined && relation.type !== type) continue
      const valid = validRelation(relation, removals, lens, validAt)
      if (valid === undefined) continue
      if (direction !== 'in' && relation.source === concept)
        found.push({ concept: relation.target, relation: valid, direction: 'out' })
      if (direction !== 'out' && relation.target === concept)
        found.push({ concept: relation.source, relation: valid, direction: 'in' })
    }
    return found.sort(byConcept)
  }
  return {
    neighbours,
    path: (from, to, maxHops, filter) => {
      const steps = new Map<string, { step: Neighbour; before: string }>()
      let front = [from]
      for (let hop = 0; hop < maxHops && front.length > 0; hop++) {
        const next: string[] = []
        for (const concept of front) {
          for (const step of neighbours(concept, filter)) {
            if (step.concept === from || steps.has(step.concept)) continue
            steps.set(step.concept, { step, before: concept })
            if (step.concept === to) return stepsTo(steps, from, to)
            if (steps.size >= PATH_VISITS_MAX) return undefined
            next.push(step.concept)
          }
        }
        front = next
      }
      return undefined
    },
  }
}

/**
 * What was said of a relation for a time: the statement with the latest start by then, the newest of equals. So it
 * is ended by saying it again with its start and an end.
 */
export function validRelation(
  relation: RelationState,
  removals: RemovalState,
  lens: Lens,
  validAt: Micros,
): Kept<Relation> | undefined {
  const id = `relation:${relationName(relation)}`
  let latest: Kept<Relation> | undefined
  for (const said of relation.said) {
    if (startOf(said) > validAt || !sees(lens, said) || isRemoved(removals, id, said, lens))
      continue
    if (latest === undefined || startOf(said) >= startOf(latest)) latest = said
  }
  const isOver = latest !== undefined && (latest.event.valid_to ?? Infinity) <= validAt
  return isOver ? undefined : latest
}

function startOf({ event }: Kept<Relation>): Micros {
  return event.valid_from ?? event.occurred_at
}

function stepsTo(
  steps: ReadonlyMap<string, { step: Neighbour; before: string }>,
  from: string,
  to: string,
): Neighbour[] {
  const path: Neighbour[] = []
  for (let at = to; at !== from; at = steps.get(at)!.before) path.unshift(steps.get(at)!.step)
  return path
}

function byConcept(a: Neighbour, b: Neighbour): number {
  if (a.concept !== b.concept) return a.concept < b.concept ? -1 : 1
  const [left, right] = [relationName(a.relation.event), relationName(b.relation.event)]
  if (left !== right) return left < right ? -1 : 1
  return isBefore(a.relation, b.relation) ? -1 : 1
}
