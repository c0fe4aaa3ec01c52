import { createTermLists, MAX_ASKED, type TermLists } from './term-lists.ts'
import { countsOf, wordsOf } from './tokens.ts'
import { createTopList } from './top-list.ts'

/**
 * Which documents have which words, scored by BM25 (Robertson, Zaragoza, "The Probabilistic Relevance Framework:
 * BM25 and Beyond", 2009, section 3.4) with k1 = 1.2, b = 0.75 and the idf that is never negative,
 * ln(1 + (N - n + 0.5) / (n + 0.5)).
 */
export interface WordIndex {
  readonly bytes: number
  /** Adds a document; ordinals rise by one. Returns its length in words. */
  add(ordinal: number, text: string): number
  /** It no longer counts in the statistics of what is live. */
  retire(ordinal: number): void
  /** Forgets its words. */
  drop(ordinal: number): void
  ask(text: string, among: WordStatistics): WordQuery
}

/** The set of documents that a question is about; nothing else has a part in the scores. */
export interface WordStatistics {
  /** The set is everything live: what is known about it needs no counting. */
  readonly isLive: boolean
  readonly count: number
  /** Words in all of its documents. */
  readonly totalLength: number
  lengthOf(ordinal: number): number
  ordinals(): Uint32Array
}

/** Scores as a share of the most the question can score, in [0, 1). */
export interface WordQuery {
  scoresOf(ordinals: Uint32Array): Float64Array
  /** Documents that `has` lets through with the most of the rarest words, in no order; looks at WALKED entries at most. */
  propose(count: number, has: (ordinal: number) => boolean): number[]
}

const K1 = 1.2
const B = 0.75
/** A word without documents; its id is never given. */
const UNKNOWN = 0
/** Entries of term lists that a proposal walks: some 0.2 ms. */
const WALKED = 8_192
/** A word in more than this share of the documents tells them apart too little to walk its list further than needed. */
const FREQUENT = 1 / 8

export function createWordIndex(): WordIndex {
  const ids = new Map<string, number>()
  /** Documents by term, and how many of them are live. */
  const postings: number[][] = [[]]
  const live: number[] = [0]
  const lists = createTermLists()

  let [zeros, size] = [new Float32Array(64), 0]
  const scratch = (): Float32Array => {
    if (zeros.length < size) zeros = new Float32Array(size * 2)
    return zeros
  }
  const idOf = (word: string): number => {
    const known = ids.get(word)
    if (known !== undefined) return known
    const id = postings.push([]) - 1
    live.push(0)
    ids.set(word, id)
    return id
  }
  const retire = (ordinal: number): void => lists.each(ordinal, (id) => live[id]!--)
  return {
    get bytes() {
      return lists.bytes
    },
    add: (ordinal, text) => {
      const words = wordsOf(text)
      for (const [word, count] of countsOf(words)) {
        const id = idOf(word)
        postings[id]!.push(ordinal)
        live[id]!++
        lists.push(id, count)
      }
      lists.close()
      size = ordinal + 1
      return words.length
    },
    retire,
    drop: (ordinal) => {
      lists.each(ordinal, (id) => {
        const list = postings[id]!
        list.splice(firstAt(list, ordinal), 1)
      })
      lists.wipe(ordinal)
    },
    ask: (text, among) => {
      const words = [...new Set(wordsOf(text))].slice(0, MAX_ASKED)
      const asked = words.map((word) => ids.get(word) ?? UNKNOWN)
      const known = asked.filter((id) => id !== UNKNOWN)
      const frequencies = among.isLive
        ? known.map((id) => live[id]!)
        : lists.frequencies(known, among.ordinals())
      const frequencyOf = new Map(known.map((id, i) => [id, frequencies[i]!]))
      const idfOf = (id: number): number => idf(frequencyOf.get(id) ?? 0, among.count)
      // Summed in the order of the question, whether a word is known or not: that another document brings it up
      // later must not change the last bit.
      const most = asked.reduce((sum, id) => sum + idfOf(id), 0)
      return wordQuery({ known, idfs: known.map(idfOf), most, among, lists, postings, scratch })
    },
  }
}

function idf(frequency: number, count: number): number {
  return Math.log(1 + (count - frequency + 0.5) / (frequency + 0.5))
}

interface Asked {
  readonly known: readonly number[]
  readonly idfs: readonly number[]
  /** Sum of the idf of all words, those without documents too: they lower what the others count for. */
  readonly most: number
  readonly among: WordStatistics
  readonly lists: TermLists
  readonly postings: readonly (readonly number[])[]
  /** A zero for each ordinal, to be left as zeros. */
  readonly scratch: () => Float32Array
}

function wordQuery({ known, idfs, most, among, lists, postings, scratch }: Asked): WordQuery {
  const average = Math.max(1, among.totalLength / Math.max(1, among.count))
  // A term scores idf (k1 + 1) tf / (tf + norm); the most it can score is idf (k1 + 1), which cancels out.
  const weights = idfs.map((value) => value / most)
  const normOf = (ordinal: number): number => K1 * (1 - B + (B * among.lengthOf(ordinal)) / average)
  return {
    scoresOf: (ordinals) => lists.saturatedSums(known, weights, ordinals, normOf),
    propose: (wanted, has) => {
      const sums = scratch()
      const touched: number[] = []
      const rarestFirst = known.map((_, i) => i).sort((a, b) => idfs[b]! - idfs[a]!)
      let left = WALKED
      for (const i of rarestFirst) {
        const list = postings[known[i]!]!
        const enough = list.length > among.count * FREQUENT ? wanted : Infinity
        // The newest where a list is too long.
        for (let at = list.length - 1; at >= 0 && left > 0; at--, left--) {
          if (touched.length >= enough) break
          const ordinal = list[at]!
          const sum = sums[ordinal]!
          if (sum === 0) {
            if (!has(ordinal)) continue
            touched.push(ordinal)
          }
          sums[ordinal] = sum + idfs[i]!
        }
      }
      const top = createTopList(wanted)
      for (const ordinal of touched) {
        const sum = sums[ordinal]!
        if (sum >= top.threshold) top.offer(ordinal, sum)
        sums[ordinal] = 0
      }
      return top.entries().map(({ ordinal }) => ordinal)
    },
  }
}

/** Index of this ordinal in a rising list. */
function firstAt(list: readonly number[], ordinal: number): number {
  let [low, high] = [0, list.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (list[middle]! < ordinal) low = middle + 1
    else high = middle
  }
  return low
}
