import { createTopList, type ScoredOrdinal, type TopList } from './top-list.ts'

/** In the place of a source where nobody is bounded. */
const EVERYONE = -1

/** How many answers each source may give. */
export interface Shares {
  readonly limit: number
  /** Undefined bounds nobody. */
  readonly perSource: number | undefined
  /** Id of the source that is not bounded. */
  readonly self: number | undefined
  /** Most answers there can be. */
  readonly most: number
}

/** @param allowed Of each source, by id: how many documents may be an answer. */
export function sharesOf(
  limit: number,
  perSource: 'fair' | number | undefined,
  self: number | undefined,
  allowed: Uint32Array,
): Shares {
  const total = allowed.reduce((sum, count) => sum + count, 0)
  if (perSource === undefined) return { limit, perSource, self, most: Math.min(limit, total) }
  const speaking = allowed.reduce((sum, count) => sum + (count > 0 ? 1 : 0), 0)
  const share = perSource === 'fair' ? Math.ceil(limit / Math.max(1, speaking)) : perSource
  const most = allowed.reduce(
    (sum, count, id) => sum + (id === self ? count : Math.min(count, share)),
    0,
  )
  return { limit, perSource: share, self, most: Math.min(limit, most) }
}

/** The best within everybody's share, best first; equal scores in the order of `comesFirst`. */
export function pickWithin(
  { limit, perSource, self }: Shares,
  ordinals: Uint32Array,
  scores: Float64Array,
  sourceAt: (ordinal: number) => number,
  comesFirst: (a: number, b: number) => boolean,
): ScoredOrdinal[] {
  const lists = new Map<number, TopList>()
  const listOf = (ordinal: number): TopList => {
    const source = perSource === undefined ? EVERYONE : sourceAt(ordinal)
    let list = lists.get(source)
    if (list === undefined) {
      const isBounded = perSource !== undefined && source !== self
      list = createTopList(isBounded ? Math.min(perSource, limit) : limit, comesFirst)
      lists.set(source, list)
    }
    return list
  }
  for (let i = 0; i < ordinals.length; i++) listOf(ordinals[i]!).offer(ordinals[i]!, scores[i]!)
  return [...lists.values()]
    .flatMap((list) => list.entries())
    .sort((a, b) => b.score - a.score || (comesFirst(a.ordinal, b.ordinal) ? -1 : 1))
    .slice(0, limit)
}

/**
 * The same among few: `isAllowed` is asked in the order of scores, and only of what is within a share, so of hardly
 * more than is picked.
 */
export function pickAllowed(
  shares: Shares,
  ordinals: Uint32Array,
  scores: Float64Array,
  sourceAt: (ordinal: number) => number,
  comesFirst: (a: number, b: number) => boolean,
  isAllowed: (ordinal: number) => boolean,
): ScoredOrdinal[] {
  const order = Array.from(ordinals, (ordinal, i) => ({ ordinal, score: scores[i]! })).sort(
    (a, b) => b.score - a.score || (comesFirst(a.ordinal, b.ordinal) ? -1 : 1),
  )
  const taken = new Map<number, number>()
  const picked: ScoredOrdinal[] = []
  for (const entry of order) {
    if (picked.length === shares.limit) break
    const source = sourceAt(entry.ordinal)
    const count = taken.get(source) ?? 0
    if (count >= boundOf(shares, source) || !isAllowed(entry.ordinal)) continue
    taken.set(source, count + 1)
    picked.push(entry)
  }
  return picked
}

/** Most answers of a source. */
export function boundOf({ perSource, self, limit }: Shares, source: number): number {
  return perSource === undefined || source === self ? limit : Math.min(limit, perSource)
}
