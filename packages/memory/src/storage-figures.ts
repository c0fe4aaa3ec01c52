import { factsOf } from './episode-state.ts'
import { NO_SLAB } from './episode-rows.ts'
import { findSwarmMemory, type MemoryState, type SwarmMemory } from './memory-state.ts'
import type { MemoryScope } from './memory-view.ts'
import type { Tier } from './memory.ts'
import { forgottenAt, termAt, tierAt, type Term } from './tier-rule.ts'

export interface TierFigures {
  readonly memories: number
  /** Bytes of the events as they are in the log. */
  readonly rawBytes: number
  /** What their contents take in this process; nothing where only the log has them. */
  readonly storedBytes: number
  /** rawBytes / storedBytes; null where nothing is stored. */
  readonly compression: number | null
}

/** What the episodes of a swarm's run cost, at the log's clock. */
export interface StorageFigures {
  readonly tiers: Readonly<Record<Tier, TierFigures>>
  readonly terms: Readonly<Record<Term, number>>
  /** Forgotten, and kept for answers about earlier times. */
  readonly forgotten: number
  /** Rows of all of them: what is known without the content. */
  readonly rowBytes: number
  /** Slabs with what is not used of them. */
  readonly slabBytes: number
  /** Held decoded for the fastest lookup, on top. */
  readonly decoded: number
  /** Events of erased subjects. */
  readonly erased: number
}

export interface StorageView {
  /** Looks at every row: for reports, not for every request. */
  storage(scope: MemoryScope): StorageFigures | undefined
}

export function createStorageView(state: MemoryState): StorageView {
  return {
    storage: (scope) => {
      const swarm = findSwarmMemory(state, scope)
      return swarm === undefined ? undefined : figuresOf(swarm)
    },
  }
}

function figuresOf({ time: { clock }, episodes }: SwarmMemory): StorageFigures {
  const { rows, frames, retention, hot } = episodes
  const sums = { hot: emptySum(), warm: emptySum(), cold: emptySum(), archive: emptySum() }
  const terms = { short: 0, long: 0 }
  let forgotten = 0
  for (let at = 0; at < rows.end; at++) {
    if (!rows.has(at)) continue
    const facts = factsOf(episodes, at)
    if (forgottenAt(facts, retention) <= clock) forgotten++
    else terms[termAt(facts, retention, clock)]++
    const sum = sums[tierAt(facts, retention, clock)]
    const frame = rows.frame(at)
    sum.memories++
    sum.rawBytes += frame.length
    sum.storedBytes += frame.slab === NO_SLAB ? frame.length : frames.storedBytes(frame)
  }
  return {
    tiers: {
      hot: tierFigures(sums.hot),
      warm: tierFigures(sums.warm),
      cold: tierFigures(sums.cold),
      archive: tierFigures(sums.archive),
    },
    terms,
    forgotten,
    rowBytes: rows.bytes,
    slabBytes: frames.bytes,
    decoded: hot.size,
    erased: episodes.erased,
  }
}

type Sum = { memories: number; rawBytes: number; storedBytes: number }

function emptySum(): Sum {
  return { memories: 0, rawBytes: 0, storedBytes: 0 }
}

function tierFigures({ memories, rawBytes, storedBytes }: Sum): TierFigures {
  const stored = Math.round(storedBytes)
  return {
    memories,
    rawBytes,
    storedBytes: stored,
    compression: stored === 0 ? null : rawBytes / storedBytes,
  }
}
