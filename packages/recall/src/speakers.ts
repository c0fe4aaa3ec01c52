import type { Group } from './groups.ts'
import type { Permit } from './permit.ts'
import type { Question } from './question.ts'

/** Documents of a group that `where` is asked about before the group counts as silent. */
const HEARD = 32

export function groupsBySource({ groups }: Permit): Map<number, Group[]> {
  const all = new Map<number, Group[]>()
  for (const group of groups) {
    const some = all.get(group.sourceId)
    if (some === undefined) all.set(group.sourceId, [group])
    else some.push(group)
  }
  return all
}

/**
 * How many of each source may be an answer, without looking at everything: a source counts in full if one of its
 * newest is permitted and passes `where`.
 */
export function countsBySource({ query, permit, table }: Question): Uint32Array {
  const counts = new Uint32Array(table.sources)
  for (const { sourceId, live } of permit.groups) counts[sourceId]! += live
  const { where } = query
  if (permit.isWhole && where === undefined) return counts
  const passes = (at: number): boolean => where === undefined || where(table.at(at))
  for (const [source, groups] of groupsBySource(permit))
    if (!groups.some((group) => speaks(group, permit, passes))) counts[source] = 0
  return counts
}

function speaks(
  { ordinals }: Group,
  { has }: Permit,
  passes: (ordinal: number) => boolean,
): boolean {
  let heard = 0
  for (let i = ordinals.length - 1; i >= 0 && heard < HEARD; i--) {
    if (!has(ordinals[i]!)) continue
    if (passes(ordinals[i]!)) return true
    heard++
  }
  return false
}
