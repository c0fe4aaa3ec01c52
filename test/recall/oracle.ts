import type { RecallDocument, RecallQuery } from '@waggle/recall'
import { createLexicalEmbedder } from '@waggle/recall'
import { quantise } from '../../packages/recall/src/vector-slab.ts'

/** What an index should answer, by the plainest code there is: nothing is kept, everything is compared. */
export interface OracleHit {
  readonly key: string
  readonly source: string
  readonly score: number
}

export interface OracleEntry {
  readonly document: RecallDocument
  readonly removedAt: number
}

export const DIMENSIONS = 32
export const WORD_WEIGHT = 0.3
const embedder = createLexicalEmbedder({ dimensions: DIMENSIONS })

/** Answers best first, of which the index must give the first `limit`. */
export async function oracle(
  entries: readonly OracleEntry[],
  query: RecallQuery,
): Promise<OracleHit[]> {
  const set = entries.filter((entry) => isAllowed(entry, query)).map(({ document }) => document)
  const words = bm25(set, query.text)
  const [asked, ...codes] = await codesOf([query.text, ...set.map(({ text }) => text)])
  const scored = set
    .map((document, i) => ({
      key: document.key,
      source: document.source,
      score: (1 - WORD_WEIGHT) * cosine(asked!, codes[i]!) + WORD_WEIGHT * words[i]!,
      document,
    }))
    .filter(({ document }) => isGranted(document, query))
    .sort((a, b) => b.score - a.score || (a.key < b.key ? -1 : 1))
  const { perSource } = query
  if (perSource === undefined) return scored.slice(0, query.limit)
  const speaking = new Set(scored.map(({ source }) => source)).size
  const share = perSource === 'fair' ? Math.ceil(query.limit / Math.max(1, speaking)) : perSource
  const given = new Map<string, number>()
  return scored
    .filter(({ source }) => {
      given.set(source, (given.get(source) ?? 0) + 1)
      return source === query.self || given.get(source)! <= share
    })
    .slice(0, query.limit)
}

/** Rights and trust, which leave the statistics of words alone. */
export function isGranted(document: RecallDocument, query: RecallQuery): boolean {
  const { where, mayRead, trustedBefore } = query
  return (
    (mayRead?.(document.namespace) ?? true) &&
    document.knownFrom < (trustedBefore?.(document.source) ?? Infinity) &&
    (where?.(document) ?? true)
  )
}

function isAllowed({ document, removedAt }: OracleEntry, query: RecallQuery): boolean {
  const { namespaces, sources, kinds, from = -Infinity, to = Infinity, asOf } = query
  return (
    (asOf === undefined
      ? removedAt === Infinity
      : document.knownFrom <= asOf && asOf < removedAt) &&
    (namespaces?.includes(document.namespace) ?? true) &&
    (sources?.includes(document.source) ?? true) &&
    (kinds?.includes(document.kind) ?? true) &&
    document.occurredAt >= from &&
    document.occurredAt < to
  )
}

const splitWords = (text: string): string[] => text.split(' ').filter((word) => word !== '')

function bm25(set: readonly RecallDocument[], question: string): number[] {
  const documents = set.map(({ text }) => splitWords(text))
  const average = Math.max(1, documents.flat().length / Math.max(1, set.length))
  const terms = [...new Set(splitWords(question))].map((word) => {
    const frequency = documents.filter((words) => words.includes(word)).length
    return { word, idf: Math.log(1 + (set.length - frequency + 0.5) / (frequency + 0.5)) }
  })
  const most = terms.reduce((sum, { idf }) => sum + idf * 2.2, 0)
  return documents.map((words) =>
    terms.reduce((sum, { word, idf }) => {
      const tf = words.filter((other) => other === word).length
      return sum + (idf * tf * 2.2) / (tf + 1.2 * (0.25 + (0.75 * words.length) / average)) / most
    }, 0),
  )
}

async function codesOf(texts: readonly string[]): Promise<Int8Array[]> {
  return (await embedder.embed(texts)).map((vector) => quantise(vector, DIMENSIONS))
}

function cosine(a: Int8Array, b: Int8Array): number {
  const dot = (x: Int8Array, y: Int8Array): number =>
    x.reduce((sum, value, i) => sum + value * y[i]!, 0)
  return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b))
}
