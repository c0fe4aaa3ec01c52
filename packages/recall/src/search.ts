import { WaggleError } from '@waggle/base'
import type { DocumentTable } from './document-table.ts'
import { pickWithin, sharesOf, type Shares } from './fair-share.ts'
import type { Graph } from './graph.ts'
import type { RecallHit, RecallQuery } from './recall-index.ts'
import type { Selection } from './selection.ts'
import { createTopList } from './top-list.ts'
import type { VectorSlab } from './vector-slab.ts'
import type { WordIndex, WordQuery } from './word-index.ts'

/** What a search reads. */
export interface IndexParts {
  readonly table: DocumentTable
  readonly slab: VectorSlab
  readonly words: WordIndex
  readonly graph: Graph
  /** Ordinals that are not in the graph. */
  readonly tail: readonly number[]
}

interface Question extends IndexParts {
  /** Share of the words in a score, 0 to 1. */
  readonly wordWeight: number
  readonly query: RecallQuery
  readonly code: Int8Array
  readonly selection: Selection
  readonly asked: WordQuery
}

/** Candidates asked of the graph and of the words where nothing is filtered. */
const CANDIDATES = 96
/** One candidate of the graph costs as much as comparing about so many vectors in the slab. */
const GRAPH_COST = 50

/**
 * A score is (1 - w) cosine + w words, both on scales that do not depend on other documents (convex combination
 * with theoretical bounds: Bruch, Gai, Ingber, "An Analysis of Fusion Functions for Hybrid Retrieval", 2023,
 * section 4): unlike with fused ranks, nobody lowers another's score by adding documents of his own.
 */
export function search(
  parts: IndexParts,
  query: RecallQuery,
  code: Int8Array,
  wordWeight: number,
): RecallHit[] {
  const selection = parts.table.select(query)
  const asked = parts.words.ask(query.text, selection)
  const { table, slab, words, graph, tail } = parts
  const question = { table, slab, words, graph, tail, query, code, wordWeight, selection, asked }
  return (isWorthProposing(question) ? amongProposed(question) : undefined) ?? amongAll(question)
}

/** @throws WaggleError INPUT_INVALID */
export function checkQuery({ limit, perSource, from, to, asOf }: RecallQuery): void {
  if (!Number.isInteger(limit) || limit < 1 || limit > 1_000)
    throw new WaggleError('INPUT_INVALID', `A limit of ${limit} is not from 1 to 1,000`)
  if (typeof perSource === 'number' && !(Number.isInteger(perSource) && perSource > 0))
    throw new WaggleError('INPUT_INVALID', `A bound of ${perSource} per source is no whole number`)
  for (const [field, time] of Object.entries({ from, to, asOf }))
    if (Number.isNaN(time)) throw new WaggleError('INPUT_INVALID', 'A time is no number', { field })
}

function proposalsWanted({ query, selection, graph }: Question): number {
  const wanted = Math.max(CANDIDATES, 2 * query.limit)
  return Math.ceil(wanted * Math.max(1, graph.size / Math.max(1, selection.count)))
}

function isWorthProposing(question: Question): boolean {
  const { query, selection, graph, tail } = question
  if (query.exact === true || query.asOf !== undefined || graph.size === graph.dead) return false
  return proposalsWanted(question) * GRAPH_COST + tail.length < selection.count
}

function amongAll(question: Question): RecallHit[] {
  const { query, selection, table } = question
  const ordinals = selection.ordinals()
  const { where } = query
  const allowed = where === undefined ? ordinals : ordinals.filter((at) => where(table.at(at)))
  const counts = new Uint32Array(table.sources)
  for (const ordinal of allowed) counts[table.sourceAt(ordinal)]!++
  return best(question, allowed, sharesFor(question, counts))
}

/** The best of what the graph, the newest and the words bring up; undefined if that is too little. */
function amongProposed(question: Question): RecallHit[] | undefined {
  const { query, selection, graph, code, asked, table } = question
  const proposed = new Set(graph.near(code, proposalsWanted(question)))
  for (const ordinal of newest(question)) proposed.add(ordinal)
  for (const ordinal of asked.propose(Math.max(CANDIDATES, 2 * query.limit), selection.mask))
    proposed.add(ordinal)
  const { where } = query
  const allowed = [...proposed].filter(
    (at) => selection.mask[at] === 1 && (where === undefined || where(table.at(at))),
  )
  const shares = sharesFor(question, countsBySource(question))
  const hits = best(question, Uint32Array.from(allowed), shares)
  return hits.length < shares.most ? undefined : hits
}

function newest({ tail, selection, slab, code, query }: Question): number[] {
  const ordinals = Uint32Array.from(tail).filter((ordinal) => selection.mask[ordinal] === 1)
  const similarities = slab.similarities(code, ordinals)
  const top = createTopList(Math.max(CANDIDATES, 2 * query.limit))
  for (let i = 0; i < ordinals.length; i++) top.offer(ordinals[i]!, similarities[i]!)
  return top.entries().map(({ ordinal }) => ordinal)
}

/**
 * How many of each source may be an answer, without asking `where` of everything: a source counts in full once one
 * of its documents passes.
 */
function countsBySource({ query, selection, table }: Question): Uint32Array {
  const counts = new Uint32Array(table.sources)
  if (query.perSource === undefined) return counts.fill(selection.count, 0, 1)
  if (selection.isLive) counts.set(table.liveBySource)
  else for (const ordinal of selection.ordinals()) counts[table.sourceAt(ordinal)]!++
  const { where } = query
  if (where === undefined) return counts
  return counts.map((count, source) => {
    const speaks = (at: number): boolean => selection.mask[at] === 1 && where(table.at(at))
    return count > 0 && table.ofSource(source).some(speaks) ? count : 0
  })
}

function sharesFor({ query, table }: Question, counts: Uint32Array): Shares {
  const self = query.self === undefined ? undefined : table.sourceId(query.self)
  return sharesOf(query.limit, query.perSource, self, counts)
}

function best(question: Question, ordinals: Uint32Array, shares: Shares): RecallHit[] {
  const { slab, code, asked, table, wordWeight } = question
  const similarities = slab.similarities(code, ordinals)
  const words = asked.scoresOf(ordinals)
  const scores = new Float64Array(ordinals.length)
  for (let i = 0; i < scores.length; i++)
    scores[i] = (1 - wordWeight) * similarities[i]! + wordWeight * words[i]!
  const comesFirst = (a: number, b: number): boolean => table.at(a).key < table.at(b).key
  const picked = pickWithin(shares, ordinals, scores, table.sourceAt, comesFirst)
  const chosen = Uint32Array.from(picked, ({ ordinal }) => ordinal)
  const [similarity, word] = [slab.similarities(code, chosen), asked.scoresOf(chosen)]
  return picked.map(({ ordinal, score }, i) => ({
    key: table.at(ordinal).key,
    score,
    similarity: similarity[i]!,
    words: word[i]!,
  }))
}
