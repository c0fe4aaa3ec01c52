import { hashOf, type Snapshot } from './snapshot.ts'

/** Vectors of a snapshot that await their documents, which come again from the log. */
export interface KnownVectors {
  readonly waiting: number
  keys(): string[]
  readonly reused: number
  /** Whether the vector of this text is known under this key. */
  has(key: string, text: string): boolean
  /** The code and its place in the graph, -1 for none; it waits no more. */
  take(key: string): KnownVector | undefined
  /** Forgets what waits under these keys; returns the places in the graph that must be overwritten. */
  forget(keys: readonly string[]): number[]
  /** The graph they have places in is gone. */
  displace(): void
}

export interface KnownVector {
  readonly code: Int8Array
  readonly slot: number
}

export function createKnownVectors({ entries, codes }: Snapshot, codeLength: number): KnownVectors {
  const known = new Map(entries.map((entry, at) => [entry.key, { ...entry, at }]))
  let reused = 0
  return {
    get waiting() {
      return known.size
    },
    get reused() {
      return reused
    },
    keys: () => [...known.keys()],
    has: (key, text) => known.has(key) && known.get(key)!.hash === hashOf(text),
    take: (key) => {
      const entry = known.get(key)
      if (entry === undefined) return undefined
      known.delete(key)
      reused++
      const from = entry.at * codeLength
      return { code: codes.slice(from, from + codeLength), slot: entry.slot }
    },
    forget: (keys) =>
      keys.flatMap((key) => {
        const entry = known.get(key)
        if (entry === undefined) return []
        known.delete(key)
        codes.fill(0, entry.at * codeLength, (entry.at + 1) * codeLength)
        return entry.slot < 0 ? [] : [entry.slot]
      }),
    displace: () => {
      for (const [key, entry] of known) known.set(key, { ...entry, slot: -1 })
    },
  }
}

export const NOTHING_KNOWN: Snapshot = { entries: [], codes: new Int8Array(), slots: 0 }
