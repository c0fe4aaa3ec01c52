import type { Question } from './question.ts'
import type { RecallQuery } from './recall-index.ts'
import { createTopList } from './top-list.ts'

/** Candidates from comparing vectors one by one. */
const CANDIDATES = 96
/**
 * Candidates asked of the graph where nothing is filtered, and of the words. Measured on random texts, words bring
 * up more of the best than as much time spent in the graph; on clustered vectors 64 find 0.99 of the nearest ten.
 */
const GRAPH_CANDIDATES = 64
const WORD_CANDIDATES = 256
/** One candidate of the graph costs as much as comparing about so many vectors in the slab. */
const GRAPH_COST = 20

export function candidatesWanted({ limit }: RecallQuery): number {
  return Math.max(CANDIDATES, 2 * limit)
}

/** Permitted documents that vectors or words bring up, each once. */
export function propose(question: Question): Set<number> {
  const { query, permit, graph, tail, code, asked } = question
  const wanted = candidatesWanted(query)
  const proposed = new Set<number>()
  const near = Math.max(GRAPH_CANDIDATES, 2 * query.limit)
  const fromGraph = Math.ceil(near * Math.max(1, graph.size / permit.count))
  const hasGraph = graph.size > graph.dead
  if (hasGraph && fromGraph * GRAPH_COST + tail.length < permit.count) {
    for (const at of graph.near(code, fromGraph)) if (permit.has(at)) proposed.add(at)
    const fresh = Uint32Array.from(tail).filter(permit.has)
    for (const at of closest(question, fresh, wanted)) proposed.add(at)
  } else {
    const all = permit.ordinals(permit.groups)
    for (const at of closest(question, all, wanted)) proposed.add(at)
  }
  for (const at of asked.propose(Math.max(WORD_CANDIDATES, wanted), permit.has)) proposed.add(at)
  return proposed
}

/** At most `count` of the ordinals, those most similar to the question, in no order. */
export function closest(
  { slab, code }: Pick<Question, 'slab' | 'code'>,
  ordinals: Uint32Array,
  count: number,
): number[] {
  if (ordinals.length <= count) return [...ordinals]
  const similarities = slab.similarities(code, ordinals)
  const top = createTopList(count)
  for (let i = 0; i < ordinals.length; i++) {
    const similarity = similarities[i]!
    if (similarity >= top.threshold) top.offer(ordinals[i]!, similarity)
  }
  return top.entries().map(({ ordinal }) => ordinal)
}
