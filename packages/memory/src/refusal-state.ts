import type { ErrorCode, Micros } from '@waggle/base'
import type { KnownEvent } from '@waggle/consume'
import type { Kind, Position } from '@waggle/event'

/** A write that is in the log and counts for nothing. */
export interface RefusedWrite {
  readonly source: string
  readonly kind: Kind
  /** Id of the event. */
  readonly id: string
  readonly position: Position
  readonly knownFrom: Micros
  readonly code: ErrorCode
  readonly reason: string
}

/** Why a write counts for nothing. */
export type Refusal = Pick<RefusedWrite, 'code' | 'reason'>

export interface RefusalState {
  /** The newest, oldest first. */
  readonly recent: RefusedWrite[]
  /** Offset of the newest one forgotten; what became of writes up to there is no longer told. */
  forgottenTo: bigint
}

/** Refused writes that a namespace remembers. */
export const REFUSALS_MAX = 256

export function emptyRefusals(): RefusalState {
  return { recent: [], forgottenTo: -1n }
}

export function addRefusal(
  state: RefusalState,
  { event, position, knownFrom }: KnownEvent,
  refusal: Refusal,
): void {
  const { agent: source, kind, id } = event
  state.recent.push({ source, kind, id, position, knownFrom, ...refusal })
  if (state.recent.length > REFUSALS_MAX) state.forgottenTo = state.recent.shift()!.position.offset
}

/** What became of the write at an offset that was read: undefined where it is no longer remembered. */
export function writeAnswer(
  { recent, forgottenTo }: RefusalState,
  offset: bigint,
): 'COUNTS' | RefusedWrite | undefined {
  const refused = recent.find(({ position }) => position.offset === offset)
  if (refused !== undefined) return refused
  return offset > forgottenTo ? 'COUNTS' : undefined
}
