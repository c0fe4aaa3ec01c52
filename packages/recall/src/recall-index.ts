import type { Micros } from '@waggle/base'

/** What is indexed of one memory. */
export interface RecallDocument {
  /** Unique within the index. */
  readonly key: string
  readonly namespace: string
  /** Agent that said it. */
  readonly source: string
  /** Kind of memory, such as experience. */
  readonly kind: string
  readonly text: string
  readonly knownFrom: Micros
  readonly occurredAt: Micros
}

export interface RecallQuery {
  readonly text: string
  /** Most answers, 1 to 1,000. */
  readonly limit: number
  readonly namespaces?: readonly string[]
  readonly sources?: readonly string[]
  readonly kinds?: readonly string[]
  /** What happened within [from, to). */
  readonly from?: Micros
  readonly to?: Micros
  /** Only what was known by then and not yet removed: exact, and the same for ever once the time is sealed. */
  readonly asOf?: Micros
  /** Leaves out what may not be said, such as what a distrusted source said. */
  readonly where?: (document: RecallDocument) => boolean
  /** Compares with everything allowed instead of walking the graph. `asOf` implies it. */
  readonly exact?: boolean
  /**
   * Most answers of one source: `fair` is an equal share of all sources that have an answer, rounded up, so
   * that who says much does not drown the others.
   */
  readonly perSource?: 'fair' | number
  /** This source is not bounded: an agent's own memories. */
  readonly self?: string
}

export interface RecallHit {
  readonly key: string
  /** Larger is better; comparable within one answer. */
  readonly score: number
  /** Cosine similarity to the question, and what the words alone score. */
  readonly similarity: number
  readonly words: number
}

/** One swarm's run: what is in it is in no other index. Everything but `add` is synchronous. */
export interface RecallIndex {
  readonly size: number
  add(documents: readonly RecallDocument[]): Promise<void>
  /** From then on it is in no answer, save about earlier times. */
  remove(key: string, at: Micros): void
  /** Gone from every answer, and from every snapshot written later: what an erasure asks for. */
  drop(keys: readonly string[]): void
  search(query: RecallQuery): Promise<readonly RecallHit[]>
}
