import type { Micros } from '@waggle/base'
import type { Fact } from '@waggle/event'
import { isBefore, type Kept } from './lens.ts'

/**
 * When facts about one attribute of one entity hold in the world, given what an answer may know.
 *
 * A fact holds from `valid_from` (or when it occurred) until `valid_to`. One without an end holds until the next
 * start of another value, whichever of the two was learned first: so a fact learned late about the past ends where
 * what was known before begins. Facts that say the same do not end each other. What still overlaps with another
 * value is a contradiction: both said so for the same time. Facts of attributes with several values end nothing
 * and contradict nothing.
 *
 * Valid time and knowledge time are independent (bitemporal): Snodgrass, "Developing Time-Oriented Database
 * Applications in SQL", ch. 10.
 */
export interface HeldFact {
  readonly fact: Kept<Fact>
  readonly from: Micros
  /** Infinity without an end. */
  readonly to: Micros
}

/** Two facts that hold different values to be true of the same time. */
export interface Contradiction {
  readonly entity: string
  readonly attribute: string
  /** The time in the world they differ about; `to` is null without an end. */
  readonly from: Micros
  readonly to: Micros | null
  /** The one said first, and the one that contradicted it. */
  readonly sides: readonly [Kept<Fact>, Kept<Fact>]
  /** Since when both were known. */
  readonly knownFrom: Micros
}

/** Facts of one attribute with the times they hold, by start, then by order of the log. */
export function heldFacts(facts: readonly Kept<Fact>[]): HeldFact[] {
  const sorted = facts
    .map((fact) => ({ fact, from: startOf(fact) }))
    .sort((a, b) => a.from - b.from || (isBefore(a.fact, b.fact) ? -1 : 1))
  const held: HeldFact[] = []
  const later = new LaterStarts()
  for (const { fact, from } of sorted.toReversed()) {
    const { valid_to: end, value, multiple } = fact.event
    const next = multiple ? Infinity : later.nextOther(from, value)
    held.push({ fact, from, to: end ?? next })
    if (!multiple) later.add(from, value)
  }
  return held.reverse()
}

/** Facts that hold at a time, in the order they were said. */
export function heldAt(held: readonly HeldFact[], at: Micros): HeldFact[] {
  return held
    .filter(({ from, to }) => from <= at && at < to)
    .sort((a, b) => (isBefore(a.fact, b.fact) ? -1 : 1))
}

/** Pairs that hold different values at once, by start of the overlap, at most `limit`. */
export function contradictionsOf(held: readonly HeldFact[], limit: number): Contradiction[] {
  const found: Contradiction[] = []
  let open: HeldFact[] = []
  for (const next of held) {
    if (found.length >= limit) break
    if (next.fact.event.multiple || next.to <= next.from) continue
    open = open.filter(({ to }) => to > next.from)
    for (const other of open) {
      if (other.fact.event.value !== next.fact.event.value) found.push(between(other, next))
    }
    open.push(next)
  }
  return found.slice(0, limit)
}

export function startOf({ event }: Kept<Fact>): Micros {
  return event.valid_from ?? event.occurred_at
}

/** Null where there is no end: what JSON and events know. */
export function endOf(to: Micros): Micros | null {
  return to === Infinity ? null : to
}

function between(a: HeldFact, b: HeldFact): Contradiction {
  const sides = isBefore(a.fact, b.fact) ? ([a.fact, b.fact] as const) : ([b.fact, a.fact] as const)
  const { entity, attribute } = a.fact.event
  return {
    entity,
    attribute,
    from: Math.max(a.from, b.from),
    to: endOf(Math.min(a.to, b.to)),
    sides,
    knownFrom: sides[1].knownFrom,
  }
}

/** Starts of facts, given from the last to the first: where does another value begin next? */
class LaterStarts {
  /** The nearest starts of two different values. */
  #near: { from: Micros; value: string } | undefined
  #other: { from: Micros; value: string } | undefined
  /** Facts of the start being read: they do not end each other. */
  #same: { from: Micros; values: string[] } = { from: Infinity, values: [] }

  nextOther(from: Micros, value: string): Micros {
    this.#close(from)
    const next = this.#near?.value === value ? this.#other : this.#near
    return next?.from ?? Infinity
  }

  add(from: Micros, value: string): void {
    this.#close(from)
    this.#same.values.push(value)
  }

  #close(from: Micros): void {
    if (this.#same.from === from) return
    for (const value of this.#same.values) {
      if (this.#near !== undefined && this.#near.value !== value) this.#other = this.#near
      this.#near = { from: this.#same.from, value }
    }
    this.#same = { from, values: [] }
  }
}
