import { WaggleError } from '@waggle/base'

/** What a context window is made of. */
export interface WindowParts<T extends WindowTurn, M extends WindowMemory> {
  /** Always in it. */
  readonly system?: string
  /** Oldest first. */
  readonly turns: readonly T[]
  readonly memories?: readonly M[]
  /** Tokens in all. */
  readonly budget: number
  /** Length of a text in tokens of the model that reads it; `estimateTokens` if left out. */
  readonly tokensOf?: (text: string) => number
  /** Part of what is left after system, pinned turns and the newest one that memories may take; 0.25 if left out. */
  readonly memoryShare?: number
}

export interface WindowTurn {
  readonly id: string
  readonly content: string
  readonly pinned?: boolean
  /** Its length, if it is known: 0 counts as unknown. */
  readonly tokens?: number
}

export interface WindowMemory {
  readonly id: string
  readonly text: string
  /** Larger is better. */
  readonly score: number
}

export interface ContextWindow<T, M> {
  /** In order, oldest first; never a part of one. */
  readonly turns: readonly T[]
  /** Best first. */
  readonly memories: readonly M[]
  /** At most the budget. */
  readonly tokens: number
  readonly leftOut: readonly {
    readonly id: string
    readonly tokens: number
    readonly reason: 'does not fit' | 'a newer turn did not fit'
  }[]
}

/** Bytes of a token, roughly: right for English, too many tokens (the safe side) for most other scripts. */
const BYTES_PER_TOKEN = 4
const MEMORY_SHARE = 0.25

/** One token for every four bytes of UTF-8, rounded up. */
export function estimateTokens(text: string): number {
  return Math.ceil(Buffer.byteLength(text) / BYTES_PER_TOKEN)
}

/**
 * What fits into a budget of tokens: the system text, pinned turns and the newest turn whatever else must go; then
 * the newest turns without a gap, beside a share for memories, which are taken by score per token; what memories
 * leave over goes to older turns. The same input always gives the same window. INPUT_INVALID where what must be
 * in it does not fit.
 */
export function contextWindow<T extends WindowTurn, M extends WindowMemory>(
  parts: WindowParts<T, M>,
): ContextWindow<T, M> {
  const { system = '', turns, memories = [], budget, memoryShare = MEMORY_SHARE } = parts
  const tokensOf = parts.tokensOf ?? estimateTokens
  const lengths = new Map(turns.map((turn) => [turn, turn.tokens || tokensOf(turn.content)]))
  const newest = turns.at(-1)
  const chosen = new Set(turns.filter((turn) => turn.pinned === true || turn === newest))
  let left = budget - tokensOf(system)
  for (const turn of chosen) left -= lengths.get(turn)!
  if (left < 0 || !(memoryShare >= 0 && memoryShare <= 1)) throw invalid(parts, budget - left)

  const others = turns.filter((turn) => !chosen.has(turn)).toReversed()
  const takeTurns = (room: number): number => {
    let taken = 0
    while (others.length > 0 && taken + lengths.get(others[0]!)! <= room) {
      taken += lengths.get(others[0]!)!
      chosen.add(others.shift()!)
    }
    return taken
  }
  left -= takeTurns(left - (memories.length === 0 ? 0 : Math.floor(left * memoryShare)))
  const sized = memories.map((memory) => ({ memory, tokens: Math.max(1, tokensOf(memory.text)) }))
  const taken: M[] = []
  const leftOut: ContextWindow<T, M>['leftOut'][number][] = []
  for (const { memory, tokens } of sized.sort(byWorth)) {
    if (tokens > left) {
      leftOut.push({ id: memory.id, tokens, reason: 'does not fit' })
      continue
    }
    taken.push(memory)
    left -= tokens
  }
  left -= takeTurns(left)
  for (const [index, turn] of others.entries()) {
    const reason = index === 0 ? 'does not fit' : 'a newer turn did not fit'
    leftOut.push({ id: turn.id, tokens: lengths.get(turn)!, reason })
  }
  return {
    turns: turns.filter((turn) => chosen.has(turn)),
    memories: taken.sort((a, b) => b.score - a.score || byId(a, b)),
    tokens: budget - left,
    leftOut,
  }
}

interface Sized {
  readonly memory: WindowMemory
  readonly tokens: number
}

function byWorth(a: Sized, b: Sized): number {
  return (
    b.memory.score / b.tokens - a.memory.score / a.tokens ||
    b.memory.score - a.memory.score ||
    byId(a.memory, b.memory)
  )
}

function byId(a: { readonly id: string }, b: { readonly id: string }): number {
  if (a.id === b.id) return 0
  return a.id < b.id ? -1 : 1
}

function invalid(
  { budget, memoryShare }: { budget: number; memoryShare?: number },
  needed: number,
) {
  return new WaggleError(
    'INPUT_INVALID',
    memoryShare === undefined || (memoryShare >= 0 && memoryShare <= 1)
      ? `A budget of ${budget} tokens; system, pinned turns and the newest one need ${needed}`
      : `A share of ${memoryShare} for memories is not between 0 and 1`,
    { field: 'budget', input: budget },
  )
}
