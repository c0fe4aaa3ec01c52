import type { Micros } from '@waggle/base'
import type { TopicPartition } from '@waggle/event'
import { dropRow, factsOf } from './episode-state.ts'
import { sealedBefore, type MemoryState, type SwarmMemory } from './memory-state.ts'
import { forgottenAt } from './tier-rule.ts'

/** Rows or marks that must have come before forgotten ones are looked for again, beside a quarter of all. */
const SWEEP_MIN = 1024

/** Moves contents to the tier of their age, and drops what no answer of the live view can need any more. */
export function maintainMemory(state: MemoryState): void {
  const { tiers } = state.retention
  for (const { time, swarms } of state.runs.values()) {
    for (const swarm of swarms.values()) {
      const { episodes } = swarm
      episodes.hot.forget(time.clock - tiers.hotMs * 1000)
      episodes.frames.age(time.clock - tiers.warmMs * 1000, time.clock - tiers.coldMs * 1000)
      if (episodes.sinceSweep < Math.max(SWEEP_MIN, episodes.rows.size / 4)) continue
      sweepEpisodes(swarm, sealedBefore(state, time))
    }
  }
}

/**
 * Drops episodes forgotten longer ago than the as-of window, and marks on what was never known. It goes by the
 * time that every partition has passed: no citation that would have kept them can still come.
 */
export function sweepEpisodes(swarm: SwarmMemory, sealed: Micros): void {
  const { episodes, indexed } = swarm
  const { rows, retention, pending } = episodes
  const before = droppedBefore(swarm, sealed)
  const keys: string[] = []
  for (let at = 0; at < rows.end; at++) {
    if (!rows.has(at)) continue
    const end = forgottenAt(factsOf(episodes, at), retention)
    if (end >= before) continue
    if (indexed.kinds.has(rows.kind(at))) keys.push(rows.id(at))
    dropRow(episodes, at)
    episodes.horizon = Math.max(episodes.horizon, end)
  }
  if (keys.length > 0) indexed.steps.push({ is: 'dropped', keys })
  rows.compact()
  for (const [id, marks] of pending) {
    const kept = marks.filter(({ at }) => at >= before)
    if (kept.length === 0) pending.delete(id)
    else if (kept.length < marks.length) pending.set(id, kept)
  }
  episodes.sinceSweep = 0
}

/** What was forgotten before this time may be dropped, given what every partition has passed. */
export function droppedBefore({ episodes }: SwarmMemory, sealed: Micros): Micros {
  return sealed - episodes.retention.asOfWindowMs * 1000
}

/** Partitions of the live run in which only a tick can show that a forgotten episode may be dropped. */
export function partitionsHoldingUp(state: MemoryState, by: Micros): TopicPartition[] {
  const live = state.runs.get('')
  if (live === undefined) return []
  const { retention } = state
  const shortest = Math.min(...Object.values(retention.retention).map(({ shortMs }) => shortMs))
  const kept = (shortest + retention.asOfWindowMs) * 1000
  let oldest = Infinity
  for (const { episodes } of live.swarms.values()) {
    const { rows } = episodes
    let first = 0
    while (first < rows.end && !rows.has(first)) first++
    if (first < rows.end) oldest = Math.min(oldest, rows.time('knownFrom', first))
  }
  const passed = Math.max(sealedBefore(state, live.time), oldest) + kept
  if (!(passed < by)) return []
  return state.partitions.filter(({ name }) => (live.time.watermarks.get(name) ?? 0) + kept < by)
}
