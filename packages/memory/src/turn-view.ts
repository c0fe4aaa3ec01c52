import { WaggleError } from '@waggle/base'
import type { Turn } from '@waggle/event'
import { sees, type Kept } from './lens.ts'
import type { MemoryScope } from './memory-view.ts'
import type { AsOf, PartSource } from './part-source.ts'
import { isRemoved } from './removal-state.ts'
import { TURNS_MAX, type TurnEntry } from './turn-state.ts'

export interface TurnFilter extends AsOf {
  /** The newest ones, at most 1,000; 100 if left out. Pinned turns come with them. */
  readonly limit?: number
}

/** Conversations of a namespace. */
export interface TurnView {
  /**
   * Turns in order, oldest first: pinned ones and the newest others. AS_OF_TOO_OLD where some of the newest at
   * that time are in the log only.
   */
  turns(
    scope: MemoryScope,
    namespace: string,
    conversation: string,
    filter?: TurnFilter,
  ): Kept<Turn>[]
  /** The same of the conversation that was spoken in last; none where there is no conversation. */
  latestTurns(scope: MemoryScope, namespace: string, filter?: TurnFilter): Kept<Turn>[]
  /** Names of conversations that have turns, sorted. */
  conversations(scope: MemoryScope, namespace: string, options?: AsOf): string[]
}

const LIMIT = 100

export function createTurnView(source: PartSource): TurnView {
  const turns: TurnView['turns'] = (scope, namespace, name, { asOf, limit = LIMIT } = {}) => {
    const parts = source.parts(scope, namespace)
    const conversation = parts?.turns.get(name)
    if (parts === undefined || conversation === undefined) return []
    const lens = source.lens(scope, asOf)
    const { recent, pinned, removals, forgotten } = conversation
    const removal = removals.findLast((one) => sees(lens, one))
    const shown = (entry: TurnEntry): Kept<Turn>[] => {
      const { event, id, source: by, position, knownFrom } = entry
      if (event === undefined || !sees(lens, entry)) return []
      if (removal !== undefined && position.offset < removal.position.offset) return []
      if (isRemoved(parts.removals, id, entry, lens)) return []
      return [{ event, source: by, position, knownFrom }]
    }
    const newest = recent.flatMap(shown)
    const wanted = Math.min(Math.max(limit, 0), TURNS_MAX)
    if (asOf !== undefined && forgotten > 0 && newest.length < wanted) throw tooOld(name)
    const first = newest.length - wanted
    const rest = newest.filter(({ event }, index) => index >= first || event.pinned)
    return [...pinned.flatMap(shown), ...rest]
  }
  /** The newest turn of each conversation that has one. */
  const newest = (scope: MemoryScope, namespace: string, { asOf }: AsOf): Kept<Turn>[] => {
    const filter = { limit: 1, ...(asOf === undefined ? {} : { asOf }) }
    return [...(source.parts(scope, namespace)?.turns.keys() ?? [])].flatMap((name) =>
      turns(scope, namespace, name, filter).slice(-1),
    )
  }
  return {
    turns,
    latestTurns: (scope, namespace, filter = {}) => {
      // A namespace lives in one partition: its order is that of the offsets.
      const [last] = newest(scope, namespace, filter).sort((a, b) =>
        a.position.offset > b.position.offset ? -1 : 1,
      )
      return last === undefined ? [] : turns(scope, namespace, last.event.conversation, filter)
    },
    conversations: (scope, namespace, options = {}) =>
      newest(scope, namespace, options)
        .map(({ event }) => event.conversation)
        .sort(),
  }
}

function tooOld(conversation: string): WaggleError {
  return new WaggleError('AS_OF_TOO_OLD', `Older turns of ${conversation} are in the log only`, {
    field: 'asOf',
  })
}
