import { countsOf, wordsOf } from './tokens.ts'
import { createTopList } from './top-list.ts'

/**
 * Which documents have which words, scored by BM25 (Robertson, Zaragoza, "The Probabilistic Relevance Framework:
 * BM25 and Beyond", 2009, section 3.4) with k1 = 1.2, b = 0.75 and the idf that is never negative,
 * ln(1 + (N - n + 0.5) / (n + 0.5)).
 */
export interface WordIndex {
  /** Adds a document; ordinals rise. Returns its length in words. */
  add(ordinal: number, text: string): number
  /** It no longer counts in the statistics of what is live. */
  retire(text: string): void
  /** Takes a document out. */
  drop(ordinal: number, text: string, wasLive: boolean): void
  ask(text: string, among: WordStatistics): WordQuery
}

/** The set of documents that a question is about; nothing else has a part in the scores. */
export interface WordStatistics {
  /** By ordinal: 1 if it belongs to the set. */
  readonly mask: Uint8Array
  /** The set is everything live: document counts need no counting. */
  readonly isLive: boolean
  readonly count: number
  /** Words in all of its documents. */
  readonly totalLength: number
  lengthOf(ordinal: number): number
}

/** Scores as a share of the most the question can score, in [0, 1). */
export interface WordQuery {
  scoreOf(ordinal: number): number
  /** The same of many, in their order. */
  scoresOf(ordinals: Uint32Array): Float64Array
  /** The best by these scores; may miss one that only common words bring up. */
  best(count: number): number[]
}

interface Posting {
  /** ordinal * TF_STEPS + occurrences, rising. */
  entries: number[]
  live: number
}

interface Term {
  readonly entries: readonly number[]
  readonly idf: number
}

const K1 = 1.2
const B = 0.75
/** Occurrences beyond 63 count as 63; keeps an entry in 31 bits for 33 million documents. */
const TF_STEPS = 64
/** Looking one document up in the lists costs as much as walking about so many entries. */
const PROBE_COST = 50

export function createWordIndex(): WordIndex {
  const postings = new Map<string, Posting>()
  return {
    add: (ordinal, text) => {
      const words = wordsOf(text)
      for (const [word, count] of countsOf(words)) {
        const entry = ordinal * TF_STEPS + Math.min(count, TF_STEPS - 1)
        const posting = postings.get(word)
        if (posting === undefined) postings.set(word, { entries: [entry], live: 1 })
        else {
          posting.entries.push(entry)
          posting.live++
        }
      }
      return words.length
    },
    retire: (text) => {
      for (const word of new Set(wordsOf(text))) postings.get(word)!.live--
    },
    drop: (ordinal, text, wasLive) => {
      for (const word of new Set(wordsOf(text))) {
        const posting = postings.get(word)!
        const at = firstAt(posting.entries, ordinal)
        posting.entries.splice(at, 1)
        if (wasLive) posting.live--
        if (posting.entries.length === 0) postings.delete(word)
      }
    },
    ask: (text, among) => wordQuery(termsOf(text, postings, among), among),
  }
}

/** Rarest first; the order also fixes the order of the sum, and so its last bit. */
function termsOf(
  text: string,
  postings: ReadonlyMap<string, Posting>,
  { mask, isLive, count }: WordStatistics,
): Term[] {
  const idf = (frequency: number): number =>
    Math.log(1 + (count - frequency + 0.5) / (frequency + 0.5))
  return [...new Set(wordsOf(text))]
    .map((word) => {
      const posting = postings.get(word)
      const entries = posting?.entries ?? []
      return { word, entries, frequency: isLive ? (posting?.live ?? 0) : countIn(entries, mask) }
    })
    .sort((a, b) => a.frequency - b.frequency || (a.word < b.word ? -1 : 1))
    .map(({ entries, frequency }) => ({ entries, idf: idf(frequency) }))
}

function countIn(entries: readonly number[], mask: Uint8Array): number {
  let count = 0
  for (const entry of entries) count += mask[(entry / TF_STEPS) | 0]!
  return count
}

function wordQuery(terms: readonly Term[], among: WordStatistics): WordQuery {
  const { mask, lengthOf } = among
  const average = Math.max(1, among.totalLength / Math.max(1, among.count))
  const most = terms.reduce((sum, { idf }) => sum + idf * (K1 + 1), 0)
  const weigh = (idf: number, entry: number): number => {
    const tf = entry % TF_STEPS
    const length = lengthOf((entry / TF_STEPS) | 0)
    return (idf * tf * (K1 + 1)) / (tf + K1 * (1 - B + (B * length) / average)) / most
  }
  const addTerm = (scores: Float64Array, { entries, idf }: Term, touched?: number[]): void => {
    for (const entry of entries) {
      const ordinal = (entry / TF_STEPS) | 0
      if (mask[ordinal] === 0) continue
      if (scores[ordinal] === 0) touched?.push(ordinal)
      scores[ordinal]! += weigh(idf, entry)
    }
  }
  const scoreOf = (ordinal: number): number => {
    let score = 0
    for (const { entries, idf } of terms) {
      const entry = entries[firstAt(entries, ordinal)]
      if (entry !== undefined && ((entry / TF_STEPS) | 0) === ordinal) score += weigh(idf, entry)
    }
    return score
  }
  return {
    scoreOf,
    scoresOf: (ordinals) => {
      const steps = terms.reduce((sum, { entries }) => sum + entries.length, 0)
      if (ordinals.length * PROBE_COST < steps) return Float64Array.from(ordinals, scoreOf)
      const scores = new Float64Array(steps === 0 ? 0 : mask.length)
      for (const term of terms) addTerm(scores, term)
      return Float64Array.from(ordinals, (ordinal) => scores[ordinal] ?? 0)
    },
    best: (count) => {
      const scores = new Float64Array(mask.length)
      const touched: number[] = []
      let rest = terms.reduce((sum, { idf }) => sum + (idf * (K1 + 1)) / most, 0)
      for (const term of terms) {
        // What has none of the rarer words cannot overtake any more (MaxScore: Turtle, Flood, "Query Evaluation:
        // Strategies and Optimizations", 1995, section 4).
        if (touched.length >= count && topOf(touched, scores, count).threshold >= rest) break
        addTerm(scores, term, touched)
        rest -= (term.idf * (K1 + 1)) / most
      }
      return topOf(touched, scores, count)
        .entries()
        .map(({ ordinal }) => ordinal)
    },
  }
}

function topOf(
  ordinals: readonly number[],
  scores: Float64Array,
  count: number,
): ReturnType<typeof createTopList> {
  const top = createTopList(count)
  for (const ordinal of ordinals) top.offer(ordinal, scores[ordinal]!)
  return top
}

/** Index of the first entry of this ordinal or a later one. */
function firstAt(entries: readonly number[], ordinal: number): number {
  let [low, high] = [0, entries.length]
  const wanted = ordinal * TF_STEPS
  while (low < high) {
    const middle = (low + high) >> 1
    if (entries[middle]! < wanted) low = middle + 1
    else high = middle
  }
  return low
}
