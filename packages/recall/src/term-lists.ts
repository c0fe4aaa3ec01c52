/**
 * The terms of each document with how often they occur, packed one document behind another. What a question costs
 * depends on the documents it is about, not on how common its words are.
 */
export interface TermLists {
  readonly bytes: number
  /** Adds a term to the document that is open. */
  push(term: number, occurrences: number): void
  /** The document is complete; the next ordinal is open. */
  close(): void
  each(ordinal: number, visit: (term: number) => void): void
  /** Forgets the terms of a document. */
  wipe(ordinal: number): void
  /** How many of the documents have each of the terms, of which there are at most MAX_ASKED. */
  frequencies(terms: readonly number[], ordinals: Uint32Array): number[]
  /**
   * For each document, the sum of weight * tf / (tf + norm) over the asked terms it has, in the document's order:
   * the sum is the same to the last bit whatever else is known.
   */
  saturatedSums(
    terms: readonly number[],
    weights: readonly number[],
    ordinals: Uint32Array,
    normOf: (ordinal: number) => number,
  ): Float64Array
}

/** Words of a question beyond these are left out. */
export const MAX_ASKED = 255
/** Occurrences beyond 63 count as 63; leaves 26 bits for the term. */
const STEPS = 64
/** A place that was wiped: term 0, no times, which adds nothing to any sum. Real terms begin with 1. */
const NOTHING = 0
export function createTermLists(): TermLists {
  let entries = new Uint32Array(256)
  let ends = new Uint32Array(64)
  let [length, count] = [0, 0]
  /** By term: its place among those asked, from 1; bytes, so that most of them are in the cache. */
  let places = new Uint8Array(256)
  let terms = 0

  const startOf = (ordinal: number): number => (ordinal === 0 ? 0 : ends[ordinal - 1]!)
  const whileAsking = <T>(asked: readonly number[], effect: () => T): T => {
    if (places.length <= terms) places = new Uint8Array(terms * 2)
    asked.forEach((term, i) => (places[term] = i + 1))
    const result = effect()
    for (const term of asked) places[term] = 0
    return result
  }
  return {
    get bytes() {
      return entries.byteLength + ends.byteLength
    },
    push: (term, occurrences) => {
      if (length === entries.length) entries = doubled(entries)
      entries[length++] = term * STEPS + Math.min(occurrences, STEPS - 1)
      if (term >= terms) terms = term + 1
    },
    close: () => {
      if (count === ends.length) ends = doubled(ends)
      ends[count++] = length
    },
    each: (ordinal, visit) => {
      for (let at = startOf(ordinal); at < ends[ordinal]!; at++)
        if (entries[at] !== NOTHING) visit(entries[at]! >>> 6)
    },
    wipe: (ordinal) => void entries.fill(NOTHING, startOf(ordinal), ends[ordinal]),
    frequencies: (asked, ordinals) =>
      asked.length === 0
        ? []
        : whileAsking(asked, () => {
            const found = Array.from({ length: asked.length + 1 }, () => 0)
            for (let i = 0; i < ordinals.length; i++) {
              const ordinal = ordinals[i]!
              for (let at = startOf(ordinal), end = ends[ordinal]!; at < end; at++)
                found[places[entries[at]! >>> 6]!]!++
            }
            return found.slice(1)
          }),
    saturatedSums: (asked, weights, ordinals, normOf) =>
      whileAsking(asked, () => {
        const sums = new Float64Array(asked.length === 0 ? 0 : ordinals.length)
        for (let i = 0; i < sums.length; i++) {
          const ordinal = ordinals[i]!
          let [sum, norm] = [0, -1]
          for (let at = startOf(ordinal), end = ends[ordinal]!; at < end; at++) {
            const entry = entries[at]!
            const place = places[entry >>> 6]!
            if (place === 0) continue
            if (norm < 0) norm = normOf(ordinal)
            const tf = entry % STEPS
            sum += (weights[place - 1]! * tf) / (tf + norm)
          }
          sums[i] = sum
        }
        return asked.length === 0 ? new Float64Array(ordinals.length) : sums
      }),
  }
}

function doubled(values: Uint32Array<ArrayBuffer>): Uint32Array<ArrayBuffer> {
  const next = new Uint32Array(values.length * 2)
  next.set(values)
  return next
}
