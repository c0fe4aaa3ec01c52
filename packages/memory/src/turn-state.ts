import type { Micros } from '@waggle/base'
import type { Turn } from '@waggle/event'
import { provenanceOf, type Provenance } from './lens.ts'
import type { MemoryEvent } from './memory-state.ts'

/** Conversations of a namespace, by name. */
export type TurnState = Map<string, Conversation>

export interface Conversation {
  /** The newest turns, in the order of the log. */
  readonly recent: TurnEntry[]
  /** Pinned turns that are older. */
  readonly pinned: TurnEntry[]
  readonly removals: Provenance[]
  /** Older turns that only the log still has, and when the newest of them was known. */
  forgotten: number
  forgottenTo: Micros
}

export interface TurnEntry extends Provenance {
  readonly id: string
  readonly isPinned: boolean
  /** Undefined where a subject of it was erased. */
  event: Turn | undefined
}

/** Turns of a conversation that are kept, and pinned ones beside them. */
export const TURNS_MAX = 1000
export const PINNED_MAX = 64

/** Takes a turn in place. Summaries are pinned turns: what they sum up may go. */
export function foldTurn(state: TurnState, known: MemoryEvent & { readonly event: Turn }): void {
  const { event, erased } = known
  let conversation = state.get(event.conversation)
  if (conversation === undefined) {
    conversation = { recent: [], pinned: [], removals: [], forgotten: 0, forgottenTo: -Infinity }
    state.set(event.conversation, conversation)
  }
  const { recent, pinned } = conversation
  recent.push({
    ...provenanceOf(known),
    id: event.id,
    isPinned: event.pinned,
    event: erased ? undefined : event,
  })
  let oldest = recent.length > TURNS_MAX ? recent.shift() : undefined
  if (oldest?.isPinned === true) {
    pinned.push(oldest)
    oldest = pinned.length > PINNED_MAX ? pinned.shift() : undefined
  }
  if (oldest === undefined) return
  conversation.forgotten++
  conversation.forgottenTo = Math.max(conversation.forgottenTo, oldest.knownFrom)
}

/** Forgets what is about an erased subject, for all times. */
export function eraseTurns(
  state: TurnState,
  isGone: (event: { readonly subject: string | null }) => boolean,
): void {
  for (const { recent, pinned } of state.values()) {
    for (const entry of [...recent, ...pinned]) {
      if (entry.event !== undefined && isGone(entry.event)) entry.event = undefined
    }
  }
}
