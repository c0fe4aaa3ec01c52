import type { Micros } from '@waggle/base'
import type { KnownEvent } from '@waggle/consume'
import type { Position } from '@waggle/event'

/** The time an answer is about, and whom it trusts. Everything read of a namespace is read through one. */
export interface Lens {
  readonly at: Micros
  /** Whether what a source said, known from then on, may be in the answer. */
  trusts(source: string, knownFrom: Micros): boolean
}

/** Who said something, where it stands, and when it counted as known. */
export interface Provenance {
  readonly source: string
  readonly position: Position
  readonly knownFrom: Micros
}

/** An event that is remembered, with where it comes from. */
export interface Kept<E> extends Provenance {
  readonly event: E
}

export function provenanceOf({ event, position, knownFrom }: KnownEvent): Provenance {
  return { source: event.agent, position, knownFrom }
}

/** Whether it was known at the lens's time, from a source that it trusts. */
export function sees(
  lens: Lens,
  { source, knownFrom }: Pick<Provenance, 'source' | 'knownFrom'>,
): boolean {
  return knownFrom <= lens.at && lens.trusts(source, knownFrom)
}

/** Order within one partition. */
export function isBefore(a: Provenance, b: Provenance): boolean {
  return a.position.offset < b.position.offset
}
