import { createHash, type Hash } from 'node:crypto'
import type { Micros } from '@waggle/base'
import { factsOf } from './episode-state.ts'
import { plainRow } from './episode-rows.ts'
import { droppedBefore } from './maintain-memory.ts'
import { sealedBefore, type MemoryState, type SwarmMemory } from './memory-state.ts'
import { plainLinks } from './outcome-links.ts'
import { forgottenAt } from './tier-rule.ts'

/**
 * SHA-256 over everything remembered, in an order that does not depend on which partition was read first. Where a
 * content lies is no part of it, nor is what a sweep may drop, or marks on what is not known yet.
 */
export function digestMemory(state: MemoryState): string {
  const hash = createHash('sha256')
  for (const [run, { time, swarms }] of sorted(state.runs)) {
    hash.update(textOf([run, time]))
    for (const [name, swarm] of sorted(swarms)) {
      hash.update(textOf(name))
      digestSwarm(hash, swarm, droppedBefore(swarm, sealedBefore(state, time)))
    }
  }
  return hash.digest('hex')
}

function digestSwarm(
  hash: Hash,
  { episodes, namespaces, compensations, agents, links }: SwarmMemory,
  dropped: Micros,
): void {
  const { rows, recalls, removals, retention } = episodes
  for (const [id, at] of [...rows.entries()].sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (forgottenAt(factsOf(episodes, at), retention) < dropped) continue
    const removed = removals.get(id)?.map(textOf).sort()
    hash.update(textOf([plainRow(rows, at), recalls.get(id), removed]))
  }
  hash.update(textOf([namespaces, compensations, agents, plainLinks(links)]))
}

/** JSON with maps and sets in the order of their keys, and big integers as texts. */
function textOf(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) => {
    if (inner instanceof Map) return sorted(inner as ReadonlyMap<string, unknown>)
    if (inner instanceof Set) return [...(inner as ReadonlySet<string>)].sort()
    if (typeof inner === 'bigint') return String(inner)
    return typeof inner === 'number' && !Number.isFinite(inner) ? String(inner) : inner
  })
}

function sorted<T>(map: ReadonlyMap<string, T>): [string, T][] {
  return [...map].sort(([a], [b]) => (a < b ? -1 : 1))
}
