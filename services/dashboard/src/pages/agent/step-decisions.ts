import type { KnownEventJson } from '@waggle/api'

/** Decisions come newest first. */
type Decisions = readonly KnownEventJson[]

export function decisionAt(decisions: Decisions, id: string | undefined) {
  return id === undefined ? undefined : decisions.find(({ event }) => event.id === id)
}

/** What was known by a time; everything if there is none. */
export function withoutFuture(decisions: Decisions, until: number | undefined): Decisions {
  return until === undefined ? decisions : decisions.filter((one) => one.known_from <= until)
}

export interface Step {
  /** The chosen one. */
  readonly decision: string | undefined
  /** Where none is chosen: the time to step from. */
  readonly until: number | undefined
  readonly by: 1 | -1
}

/** The decision after or before the chosen one, or after or before a time; undefined at the end. */
export function stepFrom(decisions: Decisions, { decision, until, by }: Step) {
  const chosen = decisions.findIndex(({ event }) => event.id === decision)
  if (chosen >= 0) return decisions[chosen - by]
  const time = until ?? Infinity
  const past = decisions.findIndex((one) => one.known_from <= time)
  const newestKnown = past < 0 ? decisions.length : past
  return by === -1 ? decisions[newestKnown] : decisions[newestKnown - 1]
}
