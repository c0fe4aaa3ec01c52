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
  /** Rights: only what is in namespaces that this lets through. Asked for each with a source and a kind in it. */
  readonly mayRead?: (namespace: string) => boolean
  /**
   * Trust: of a source, only what was known before this time; Infinity for all, -Infinity for nothing. Asked as
   * often as `mayRead`.
   */
  readonly trustedBefore?: (source: string) => Micros
  /** Leaves out single documents. Slow where it leaves out most: names and times have filters of their own. */
  readonly where?: (document: RecallDocument) => boolean
  /**
   * Compares with everything allowed instead of some candidates, and takes the statistics of words from what
   * namespaces, sources, kinds and times let through instead of all that is live. `asOf` implies it.
   */
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

/** One swarm's run: what is in it is in no other index. */
export interface RecallIndex {
  /** Documents that may be an answer now. */
  readonly size: number
  readonly figures: RecallFigures
  /**
   * Adds documents, all or none; one with a key that is there already is left as it is. They are found at once.
   *
   * @throws WaggleError DIMENSION_MISMATCH or INPUT_INVALID where the embedder gives other vectors than it promises.
   */
  add(documents: readonly RecallDocument[]): Promise<void>
  /** From then on it is in no answer, save about earlier times. Unknown keys are left alone. */
  remove(key: string, at: Micros): void
  /** Gone from every answer, and from every snapshot written later: what an erasure asks for. */
  drop(keys: readonly string[]): void
  /**
   * Answers best first; equal scores by key. `exact` and `asOf` compare with everything allowed. Otherwise, among
   * more than 1,000, only what vectors and words bring up is compared: by vectors the nearest (recall@10 above
   * 0.95 where vectors cluster, less where they do not), by words those with the rarest of the question. What is not
   * allowed is never given.
   *
   * @throws WaggleError INPUT_INVALID for a limit out of range or a time that is no number.
   */
  search(query: RecallQuery): Promise<readonly RecallHit[]>
  /**
   * Moves up to `most` documents into the graph, which takes about 0.1 ms each; returns how many wait. Until
   * then they are compared one by one, so a search is right without it, only slower: call it when there is time.
   */
  settle(most: number): number
  /**
   * Writes what is costly to make again, vectors and graph, into a folder of its own: a cache, never the truth.
   * What a loaded snapshot knew and no document came for is forgotten, so save after the log was read.
   */
  saveSnapshot(folder: string): void
  /**
   * Lets documents that are added with the key and text of the snapshot go without embedding; alone they are no
   * answers. Returns how many there are, 0 where there is no snapshot.
   *
   * @throws WaggleError SNAPSHOT_INVALID, or DIMENSION_MISMATCH for one of another embedder: go on without it.
   *   INPUT_INVALID where something was added before.
   */
  loadSnapshot(folder: string): number
  /** All of it, but for the graph: an index that takes it up gives the same answers. */
  dump(): RecallDump
  /**
   * Takes up a dump without embedding anything, where nothing was added before (INPUT_INVALID); vectors that a loaded
   * snapshot knows keep their places in the graph. False for a dump of another embedder: its texts are to be added.
   */
  load(dump: RecallDump): boolean
  /** Forgets what the snapshot knew and no document came for: to be called when the log has been read. */
  forgetUnclaimed(): void
}

/** What an index holds, as plain data. */
export interface RecallDump {
  /** Name of the embedder that made the codes, and bytes of each. */
  readonly embedder: string
  readonly codeBytes: number
  /** In the order of adding; from `removedAt` on a document is in no answer, Infinity for one that is. */
  readonly documents: readonly RecallDocument[]
  readonly removedAt: Float64Array
  /** One code behind another, in the order of the documents. */
  readonly codes: Int8Array
}

export interface RecallFigures {
  readonly documents: number
  /** In the graph. */
  readonly settled: number
  /** Texts longer than MAX_EMBEDDED_CHARS. */
  readonly cut: number
  /** Documents that a snapshot saved from being embedded again. */
  readonly reused: number
  /** Of the vectors and words in typed arrays; the graph and the lists of terms come on top. */
  readonly bytes: number
}
