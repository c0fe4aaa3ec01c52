import { seededRandom, type Random } from '@waggle/base'
import {
  createLexicalEmbedder,
  createRecallIndex,
  type Embedder,
  type RecallDocument,
  type RecallIndex,
  type RecallQuery,
} from '@waggle/recall'
import { line, quantile, show, verify } from './measure.ts'
import { findPeers, remainder, type RowFilter, type VectorRival } from './recall-peers.ts'

/** WAGGLE_BENCH_ROWS makes it a shorter run. */
const ROWS = Number(process.env['WAGGLE_BENCH_ROWS'] ?? 100_000)
const DIMENSIONS = 384
const CLUSTERS = 1_000
const QUESTIONS = 200
const ROUNDS = 6
const K = 10
const GOAL = 0.95
const FILTERS: Readonly<Record<string, RowFilter | undefined>> = {
  'no filter': undefined,
  'filter of 10%': { column: 'tenth', value: 3 },
  'filter of 1%': { column: 'percent', value: 42 },
}

/** Vectors in seeded synthetic clusters: centre and noise normal, of equal weight; unit length. */
export async function benchRecall(): Promise<string[]> {
  const random = seededRandom(11)
  const centres = Array.from({ length: CLUSTERS }, () => normal(random))
  const draw = (): Float32Array => nearby(centres[Math.floor(random.next() * CLUSTERS)]!, random)
  const rows = Array.from({ length: ROWS }, draw)
  const questions = Array.from({ length: QUESTIONS }, draw)
  const { index, embedder, figures } = await fill(rows, questions)
  const { open, missing } = await findPeers()
  const rivals = [ours(index, questions)]
  for (const opener of open) {
    const started = performance.now()
    const rival = await opener(rows)
    figures.push(`  ${rival.name}: ${show(ROWS / seconds(started))} adds/s`)
    rivals.push(rival)
  }
  const out = [
    `recall: ${show(ROWS)} x ${DIMENSIONS} in memory, ${show(CLUSTERS)} synthetic clusters, k ${K}, each at the least effort with recall@10 >= ${GOAL}`,
    ...figures,
  ]
  for (const [name, filter] of Object.entries(FILTERS))
    out.push(...(await compare(name, filter, rivals, rows, questions)))
  out.push(await whileIngesting(index, embedder, rows), ...(await lexical()))
  for (const rival of rivals) await rival.close()
  if (missing.length > 0)
    out.push(`  not installed: ${missing.join(', ')}; set WAGGLE_BENCH_PEERS to a folder with them`)
  return out
}

const seconds = (started: number): number => (performance.now() - started) / 1000

function normal(random: Random): Float32Array {
  return Float32Array.from({ length: DIMENSIONS }, () => {
    const radius = Math.sqrt(-2 * Math.log(1 - random.next()))
    return radius * Math.cos(2 * Math.PI * random.next())
  })
}

function nearby(centre: Float32Array, random: Random): Float32Array {
  const vector = normal(random).map((value, i) => value + centre[i]!)
  const length = Math.hypot(...vector)
  return vector.map((value) => value / length)
}

/** Stands for a model: the text is the number of a prepared vector. */
function prepared(rows: readonly Float32Array[], questions: readonly Float32Array[]): Embedder {
  const find = (text: string): Float32Array =>
    text.startsWith('q') ? questions[Number(text.slice(1))]! : rows[Number(text) % rows.length]!
  return { name: 'prepared/v1', dimensions: DIMENSIONS, embed: (texts) => texts.map(find) }
}

function documentOf(row: number): RecallDocument {
  return {
    key: `${row}`,
    namespace: `percent${row % 100}`,
    source: `tenth${row % 10}`,
    kind: 'experience',
    text: `${row}`,
    knownFrom: row,
    occurredAt: row,
  }
}

async function fill(
  rows: readonly Float32Array[],
  questions: readonly Float32Array[],
): Promise<{ index: RecallIndex; embedder: Embedder; figures: string[] }> {
  const embedder = prepared(rows, questions)
  const index = createRecallIndex({ embedder, threads: 2 })
  let started = performance.now()
  for (let from = 0; from < ROWS; from += 1_000)
    await index.add(Array.from({ length: 1_000 }, (_, i) => documentOf(from + i)))
  const adds = ROWS / seconds(started)
  started = performance.now()
  while (index.settle(1_000) > 0);
  const settles = ROWS / seconds(started)
  const figures = [
    `  waggle: ${show(adds)} adds/s to be found, ${show(settles)}/s into the graph (2 threads), ${Math.round(index.figures.bytes / ROWS)} bytes a document beside the graph`,
  ]
  return { index, embedder, figures }
}

function ours(index: RecallIndex, questions: readonly Float32Array[]): VectorRival {
  const names = new Map(questions.map((vector, i) => [vector, `q${i}`]))
  return {
    name: 'waggle recall index',
    efforts: [0],
    search: async (vector, k, filter) => {
      const hits = await index.search({ text: names.get(vector)!, limit: k, ...filterOf(filter) })
      return hits.map(({ key }) => Number(key))
    },
    close: async () => {},
  }
}

function filterOf(filter: RowFilter | undefined): Pick<RecallQuery, 'namespaces' | 'sources'> {
  if (filter === undefined) return {}
  return filter.column === 'percent'
    ? { namespaces: [`percent${filter.value}`] }
    : { sources: [`tenth${filter.value}`] }
}

async function compare(
  name: string,
  filter: RowFilter | undefined,
  rivals: readonly VectorRival[],
  rows: readonly Float32Array[],
  questions: readonly Float32Array[],
): Promise<string[]> {
  const truths = questions.map((question) => truthOf(rows, question, filter))
  const tuned: { rival: VectorRival; effort: number; recall: number; times: number[] }[] = []
  for (const rival of rivals) {
    for (const effort of rival.efforts) {
      let found = 0
      for (const [i, question] of questions.entries()) {
        const got = await rival.search(question, K, filter, effort)
        const leaked = got.some((row) => filter && remainder(row, filter) !== filter.value)
        verify(!leaked, `${rival.name} keeps to the filter`)
        found += got.filter((row) => truths[i]!.has(row)).length
      }
      const recall = found / (K * QUESTIONS)
      if (recall < GOAL && effort !== rival.efforts.at(-1)) continue
      tuned.push({ rival, effort, recall, times: [] })
      break
    }
  }
  for (let round = 0; round < ROUNDS; round++)
    for (const { rival, effort, times } of round % 2 === 0 ? tuned : tuned.toReversed())
      for (const question of questions) {
        const started = performance.now()
        await rival.search(question, K, filter, effort)
        times.push(performance.now() - started)
      }
  return [
    `  ${name}`,
    ...tuned.map(({ rival, effort, recall, times }) => {
      const [p50, p95] = [quantile(times, 0.5), quantile(times, 0.95)]
      const label = effort === 0 ? rival.name : `${rival.name}, ef ${effort}`
      return `    ${label.padEnd(56)} p50 ${show(p50)} ms  p95 ${show(p95)} ms  recall@10 ${recall.toFixed(3)}`
    }),
  ]
}

function truthOf(
  rows: readonly Float32Array[],
  question: Float32Array,
  filter: RowFilter | undefined,
): Set<number> {
  const scored: [row: number, score: number][] = []
  for (const [row, vector] of rows.entries()) {
    if (filter !== undefined && remainder(row, filter) !== filter.value) continue
    let score = 0
    for (let i = 0; i < DIMENSIONS; i++) score += vector[i]! * question[i]!
    scored.push([row, score])
  }
  scored.sort((a, b) => b[1] - a[1])
  return new Set(scored.slice(0, K).map(([row]) => row))
}

/** Searches under a filter between batches that are added and settled; counts rows the filter forbids. */
async function whileIngesting(
  index: RecallIndex,
  embedder: Embedder,
  rows: readonly Float32Array[],
): Promise<string> {
  verify(embedder.dimensions === DIMENSIONS, 'the index is that of the vectors')
  const times: number[] = []
  let leaked = 0
  for (let batch = 0; batch < 200; batch++) {
    const first = rows.length + batch * 50
    await index.add(Array.from({ length: 50 }, (_, i) => documentOf(first + i)))
    index.settle(50)
    const filter = batch % 2 === 0 ? FILTERS['filter of 1%'] : FILTERS['filter of 10%']
    const started = performance.now()
    const hits = await index.search({
      text: `q${batch % QUESTIONS}`,
      limit: K,
      ...filterOf(filter),
    })
    times.push(performance.now() - started)
    for (const { key } of hits) if (remainder(Number(key), filter!) !== filter!.value) leaked++
  }
  verify(leaked === 0, 'no row leaks')
  return `  while 10,000 more are added and settled, filters of 1% and 10% in turn: p50 ${show(quantile(times, 0.5))} ms, p95 ${show(quantile(times, 0.95))} ms, rows leaked ${leaked}`
}

/** Texts of 15 words from 20,000 by Zipf's law. */
async function lexical(): Promise<string[]> {
  const random = seededRandom(5)
  const word = (): string =>
    `w${Math.floor(Math.exp(random.next() * Math.log(20_000))).toString(36)}`
  const text = (): string => Array.from({ length: 15 }, word).join(' ')
  const texts = Array.from({ length: 20_000 }, text)
  const embedder = createLexicalEmbedder()
  const rates: number[] = []
  for (let round = 0; round < 5; round++) {
    const started = performance.now()
    await embedder.embed(texts)
    rates.push(texts.length / seconds(started))
  }
  const index = createRecallIndex({ embedder, threads: 2 })
  const started = performance.now()
  for (let from = 0; from < texts.length; from += 1_000)
    await index.add(
      texts.slice(from, from + 1_000).map((one, i) => ({ ...documentOf(from + i), text: one })),
    )
  const adds = texts.length / seconds(started)
  while (index.settle(1_000) > 0);
  const times: number[] = []
  for (let i = 0; i < 300; i++) {
    const question = text()
    const asked = performance.now()
    await index.search({ text: question, limit: K, perSource: 'fair' })
    times.push(performance.now() - asked)
  }
  return [
    line('lexical embedder, 15 words', rates, 'texts/s'),
    `  ${show(texts.length)} such texts: ${show(adds)} adds/s with embedding; questions of 15 words with fair shares: p50 ${show(quantile(times, 0.5))} ms, p95 ${show(quantile(times, 0.95))} ms`,
  ]
}
