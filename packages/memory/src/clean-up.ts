import { factsOf } from './episode-state.ts'
import { droppedBefore, sweepEpisodes } from './maintain-memory.ts'
import { findSwarmMemory, sealedBefore, type MemoryState } from './memory-state.ts'
import type { MemoryScope } from './memory-view.ts'
import { forgottenAt } from './tier-rule.ts'

export interface CleanUp {
  readonly lookedAt: number
  /** In no answer any more, however far back it may ask: dropped, or to be dropped where it is a dry run. */
  readonly dropped: number
  /** Forgotten too, and kept for answers about times before. */
  readonly kept: number
}

export interface CleanUpView {
  /**
   * Drops at once what retention has ended and no answer can need; without it that happens as memory grows. No
   * answer changes by it, nor does the digest.
   */
  cleanUp(scope: MemoryScope, options?: { readonly dryRun?: boolean }): CleanUp
}

export function createCleanUpView(state: MemoryState): CleanUpView {
  return {
    cleanUp: (scope, { dryRun = false } = {}) => {
      const swarm = findSwarmMemory(state, scope)
      if (swarm === undefined) return { lookedAt: 0, dropped: 0, kept: 0 }
      const { rows, retention } = swarm.episodes
      const sealed = sealedBefore(state, swarm.time)
      const before = droppedBefore(swarm, sealed)
      let [lookedAt, dropped, kept] = [0, 0, 0]
      for (let at = 0; at < rows.end; at++) {
        if (!rows.has(at)) continue
        lookedAt++
        const end = forgottenAt(factsOf(swarm.episodes, at), retention)
        if (end < before) dropped++
        else if (end <= swarm.time.clock) kept++
      }
      if (!dryRun && dropped > 0) sweepEpisodes(swarm, sealed)
      return { lookedAt, dropped, kept }
    },
  }
}
