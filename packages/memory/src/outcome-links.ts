import type { Micros } from '@waggle/base'
import { comparePositions, type Position } from '@waggle/event'
import { provenanceOf, type Provenance } from './lens.ts'
import type { MemoryEvent } from './memory-state.ts'

/**
 * What came of what an event led to: decisions by their cause, and outcomes by their decision. Cause, decision and
 * outcome stand in three partitions, so whichever is read first waits here for the others.
 */
export interface OutcomeLinks {
  readonly decisions: Map<string, LinkedDecision[]>
  /** The first outcome known of each decision: a second one does not count it twice. */
  readonly outcomes: Map<string, LinkedOutcome>
}

export type LinkedDecision = { readonly id: string } & Pick<Provenance, 'source' | 'knownFrom'>

export interface LinkedOutcome extends Provenance {
  readonly success: boolean
}

export function emptyLinks(): OutcomeLinks {
  return { decisions: new Map(), outcomes: new Map() }
}

/** Takes a decision or an outcome in place, in any order. */
export function foldLinks({ decisions, outcomes }: OutcomeLinks, known: MemoryEvent): void {
  const { event, knownFrom } = known
  if (event.kind === 'decision' && event.cause !== null) {
    const linked = { id: event.id, source: event.agent, knownFrom }
    const all = decisions.get(event.cause)
    if (all === undefined) decisions.set(event.cause, [linked])
    else all.push(linked)
  }
  if (event.kind === 'outcome') {
    const present = outcomes.get(event.decision)
    if (present === undefined || isEarlier(known, present))
      outcomes.set(event.decision, { success: event.success, ...provenanceOf(known) })
  }
}

/** The links in an order that does not depend on which partition was read first. */
export function plainLinks({ decisions, outcomes }: OutcomeLinks): unknown {
  return [
    new Map([...decisions].map(([cause, all]) => [cause, all.map(({ id }) => id).sort()])),
    new Map(
      [...outcomes].map(([decision, { success, position }]) => [decision, [success, position]]),
    ),
  ]
}

function isEarlier(
  a: { readonly knownFrom: Micros; readonly position: Position },
  b: Provenance,
): boolean {
  return (
    a.knownFrom < b.knownFrom ||
    (a.knownFrom === b.knownFrom && comparePositions(a.position, b.position) < 0)
  )
}
