import { WaggleError } from '@waggle/base'
import { boundOf, pickAllowed, pickWithin, sharesOf, type Shares } from './fair-share.ts'
import { candidatesWanted, closest, propose } from './propose.ts'
import type { IndexParts, Question } from './question.ts'
import type { RecallHit, RecallQuery } from './recall-index.ts'
import { countsBySource, groupsBySource } from './speakers.ts'
import type { ScoredOrdinal } from './top-list.ts'

/** Among so many all are scored, which takes some 0.1 ms. */
const FEW = 1_000

/**
 * A score is (1 - w) cosine + w words, both on scales that do not depend on other documents (convex combination
 * with theoretical bounds: Bruch, Gai, Ingber, "An Analysis of Fusion Functions for Hybrid Retrieval", 2023,
 * section 4): unlike with fused ranks, nobody lowers another's score by adding documents of his own.
 */
export function search(
  { table, slab, words, graph, tail }: IndexParts,
  query: RecallQuery,
  code: Int8Array,
  wordWeight: number,
): RecallHit[] {
  const isExact = query.exact === true || query.asOf !== undefined
  const permit = table.permit(query)
  const among = isExact ? table.select(query) : table.everythingLive()
  const asked = words.ask(query.text, among)
  const question = { table, slab, words, graph, tail, query, code, wordWeight, permit, asked }
  if (isExact) return amongAll(question, among.ordinals().filter(permit.passes))
  return permit.count <= FEW
    ? amongAll(question, permit.ordinals(permit.groups))
    : amongProposed(question)
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

function amongAll(question: Question, ordinals: Uint32Array): RecallHit[] {
  const { query, table } = question
  const { where } = query
  const allowed = where === undefined ? ordinals : ordinals.filter((at) => where(table.at(at)))
  const counts = new Uint32Array(table.sources)
  for (const ordinal of allowed) counts[table.sourceAt(ordinal)]!++
  return best(question, allowed, sharesFor(question, counts))
}

/** The best of what the graph, the newest and the words bring up, filled up where that is too little. */
function amongProposed(question: Question): RecallHit[] {
  const { query, permit } = question
  const proposed = propose(question)
  const isShared = query.perSource !== undefined
  const counts = isShared ? countsBySource(question) : Uint32Array.of(permit.count)
  const shares = sharesFor(question, counts)
  const hits = bestAllowed(question, Uint32Array.from(proposed), shares)
  if (hits.length >= shares.most) return hits
  if (!isShared) return amongAll(question, permit.ordinals(permit.groups))
  fillUp(question, proposed, counts, shares)
  return bestAllowed(question, Uint32Array.from(proposed), sharesFor(question, counts))
}

/** Proposes the nearest of sources that may say more than is proposed of them, and corrects their counts. */
function fillUp(
  question: Question,
  proposed: Set<number>,
  counts: Uint32Array,
  shares: Shares,
): void {
  const { query, permit, table } = question
  const { where } = query
  const passes = (at: number): boolean => where === undefined || where(table.at(at))
  const found = new Uint32Array(counts.length)
  for (const ordinal of proposed) if (passes(ordinal)) found[table.sourceAt(ordinal)]!++
  for (const [source, groups] of groupsBySource(permit)) {
    if (found[source]! >= Math.min(counts[source]!, boundOf(shares, source))) continue
    const said = permit.ordinals(groups).filter(passes)
    counts[source] = said.length
    for (const ordinal of closest(question, said, candidatesWanted(query))) proposed.add(ordinal)
  }
}

function sharesFor({ query, table }: Question, counts: Uint32Array): Shares {
  const self = query.self === undefined ? undefined : table.sourceId(query.self)
  return sharesOf(query.limit, query.perSource, self, counts)
}

/** Among many, all of them allowed. */
function best(question: Question, ordinals: Uint32Array, shares: Shares): RecallHit[] {
  const { table } = question
  const scores = scoresOf(question, ordinals)
  return hitsOf(question, pickWithin(shares, ordinals, scores, table.sourceAt, byKey(question)))
}

/** Among few, of which `where` was not yet asked. */
function bestAllowed(question: Question, ordinals: Uint32Array, shares: Shares): RecallHit[] {
  const { table, query } = question
  const { where } = query
  const passes = (at: number): boolean => where === undefined || where(table.at(at))
  const scores = scoresOf(question, ordinals)
  return hitsOf(
    question,
    pickAllowed(shares, ordinals, scores, table.sourceAt, byKey(question), passes),
  )
}

function byKey({ table }: Question): (a: number, b: number) => boolean {
  return (a, b) => table.at(a).key < table.at(b).key
}

function scoresOf(
  { slab, code, asked, wordWeight }: Question,
  ordinals: Uint32Array,
): Float64Array {
  const scores = slab.similarities(code, ordinals)
  const words = asked.scoresOf(ordinals)
  for (let i = 0; i < scores.length; i++)
    scores[i] = (1 - wordWeight) * scores[i]! + wordWeight * words[i]!
  return scores
}

function hitsOf(
  { slab, code, asked, table }: Question,
  picked: readonly ScoredOrdinal[],
): RecallHit[] {
  const chosen = Uint32Array.from(picked, ({ ordinal }) => ordinal)
  const [similarity, word] = [slab.similarities(code, chosen), asked.scoresOf(chosen)]
  return picked.map(({ ordinal, score }, i) => ({
    key: table.at(ordinal).key,
    score,
    similarity: similarity[i]!,
    words: word[i]!,
  }))
}
