import { rowText, stateRows, type ViewRow } from '@waggle/consume'
import { plainRow } from './episode-rows.ts'
import { factsOf } from './episode-state.ts'
import { droppedBefore } from './maintain-memory.ts'
import { sealedBefore, type MemoryState, type SwarmMemory } from './memory-state.ts'
import { plainLinks } from './outcome-links.ts'
import { forgottenAt } from './tier-rule.ts'

/** What the digest is about, memory by memory; what a sweep may drop is left out here too. */
export function* memoryRows(state: MemoryState): Generator<ViewRow> {
  for (const [run, { time, swarms }] of state.runs) {
    yield* stateRows({ clock: time.clock, watermarks: time.watermarks }, `${run}/time`)
    for (const [name, swarm] of swarms) {
      const path = `${run}/${encodeURIComponent(name)}`
      const dropped = droppedBefore(swarm, sealedBefore(state, time))
      const { namespaces, compensations, agents, links, episodes } = swarm
      yield* episodeRows(episodes, dropped, path)
      yield* stateRows(namespaces, `${path}/namespaces`)
      yield* stateRows(compensations, `${path}/compensations`)
      yield* stateRows(agents, `${path}/agents`)
      yield { key: `${path}/links`, value: rowText(plainLinks(links)) }
    }
  }
}

function* episodeRows(
  episodes: SwarmMemory['episodes'],
  dropped: number,
  path: string,
): Generator<ViewRow> {
  const { rows, recalls, removals, retention } = episodes
  for (const [id, at] of rows.entries()) {
    if (forgottenAt(factsOf(episodes, at), retention) < dropped) continue
    const removed = removals.get(id)?.map(rowText).sort()
    yield {
      key: `${path}/episodes/${id}`,
      value: rowText([plainRow(rows, at), recalls.get(id), removed]),
    }
  }
}
