import { seededRandom } from '@waggle/base'
import {
  createLexicalEmbedder,
  createRecallIndex,
  createRecallIndexes,
  type RecallDocument,
  type RecallIndex,
  type RecallQuery,
} from '@waggle/recall'
import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'

const SUBJECTS = ['momentum', 'carry', 'earnings', 'spread', 'inventory', 'liquidity', 'hedging']
const HONEST = 9
const embedder = createLexicalEmbedder({ dimensions: 64 })
const QUESTION = 'what worked with momentum after earnings surprises'

/** 9,000 lessons of nine agents, each word from a hundred. */
function lessons(): RecallDocument[] {
  const random = seededRandom(7)
  const pick = (count: number): number => Math.floor(random.next() * count)
  return Array.from({ length: 9_000 }, (_, i) => {
    const words = Array.from({ length: 8 }, () => `w${pick(100)}`)
    return {
      key: `lesson-${i}`,
      namespace: `n${i % 100}`,
      source: `agent${i % HONEST}`,
      kind: 'experience',
      text: `${SUBJECTS[pick(SUBJECTS.length)]} ${words.join(' ')}`,
      knownFrom: i,
      occurredAt: i,
    }
  })
}

/** What a liar says to be found: the question itself, again and again. */
function lies(count: number): RecallDocument[] {
  return Array.from({ length: count }, (_, i) => ({
    key: `lie-${i}`,
    namespace: 'n1',
    source: 'liar',
    kind: 'experience',
    text: `${QUESTION} ${i}`,
    knownFrom: 10_000 + i,
    occurredAt: i,
  }))
}

async function graphOf(documents: readonly RecallDocument[]): Promise<RecallIndex> {
  const index = createRecallIndex({ embedder, graphFrom: 1 })
  await index.add(documents)
  while (index.settle(1_000) > 0);
  return index
}

const share = (sources: readonly string[], source: string): number =>
  sources.filter((one) => one === source).length / sources.length

describe('a graph of 9,000', () => {
  let honest: RecallIndex
  let flooded: RecallIndex
  const everything = [...lessons(), ...lies(10_000)]
  const sourceOf = new Map(everything.map(({ key, source }) => [key, source]))
  const sourcesOf = async (index: RecallIndex, query: RecallQuery): Promise<string[]> =>
    (await index.search(query)).map(({ key }) => sourceOf.get(key)!)

  beforeAll(async () => {
    honest = await graphOf(lessons())
    flooded = await graphOf(everything)
  })

  it('finds at least 95 of 100 of what comparing everything finds, with the same scores', async () => {
    let found = 0
    for (const { text } of lessons().slice(0, 100)) {
      const exact = await honest.search({ text, limit: 10, exact: true })
      const scores = new Map(exact.map((hit) => [hit.key, hit]))
      for (const hit of await honest.search({ text, limit: 10 })) {
        if (!scores.has(hit.key)) continue
        found++
        expect(hit).toEqual(scores.get(hit.key))
      }
    }
    expect(found / 1_000).toBeGreaterThanOrEqual(0.95)
  })

  it('a liar who floods it with the words of the question has his share of the answers, no more', async () => {
    const query = { text: QUESTION, limit: 10, perSource: 'fair' } as const
    const sources = await sourcesOf(flooded, query)
    expect(sources).toHaveLength(10)
    expect(share(sources, 'liar')).toBeLessThanOrEqual(0.1)
    expect(new Set(sources).size).toBe(10)
    // Without fair shares the same flood has it all: the texts are well made.
    expect(share(await sourcesOf(flooded, { text: QUESTION, limit: 10 }), 'liar')).toBe(1)
  })

  it('bounds others, not the agent that asks about its own', async () => {
    const own = { text: QUESTION, limit: 10, perSource: 1, self: 'liar' } as const
    expect(share(await sourcesOf(flooded, own), 'liar')).toBeGreaterThan(0.5)
  })

  it('gives others instead of a source that is left out, however much it says', async () => {
    const where = ({ source }: RecallDocument): boolean => source !== 'liar'
    const hits = await flooded.search({ text: QUESTION, limit: 10, where })
    expect(hits).toEqual(await flooded.search({ text: QUESTION, limit: 10, where, exact: true }))
    const fair = await sourcesOf(flooded, { text: QUESTION, limit: 9, where, perSource: 'fair' })
    expect(new Set(fair).size).toBe(HONEST)
  })

  it('gives only what a narrow filter lets through, and all the limit asks for', async () => {
    for (let n = 0; n < 100; n += 9) {
      const hits = await flooded.search({ text: QUESTION, limit: 50, namespaces: [`n${n}`] })
      expect(hits).toHaveLength(50)
    }
  })

  it('keeps finding after most of it is removed, in a graph built anew', async () => {
    const index = await graphOf(lessons())
    for (let i = 0; i < 8_000; i++) index.remove(`lesson-${i}`, 20_000)
    while (index.settle(1_000) > 0);
    expect(index.figures).toMatchObject({ documents: 1_000, settled: 1_000 })
    const hits = await index.search({ text: QUESTION, limit: 10 })
    expect(hits).toEqual(await index.search({ text: QUESTION, limit: 10, exact: true }))
  })
})

describe('indexes by swarm and run', () => {
  const name = fc.constantFrom('a', 'b', '["a"', 'a","b', '')
  const scope = fc.record({ swarm: name, run: fc.option(name) })

  it('give no row of another swarm or run, ever', async () => {
    const step = fc.record({
      scope,
      does: fc.constantFrom('add', 'remove', 'drop', 'settle', 'delete'),
    })
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), scope, async (steps, asked) => {
        const indexes = createRecallIndexes({ embedder, graphFrom: 1 })
        for (const [i, { scope: where, does }] of steps.entries()) {
          const index = indexes.of(where)
          const row = { ...lies(1)[0]!, key: `${i}`, namespace: JSON.stringify(where) }
          if (does === 'add') await index.add([row])
          if (does === 'remove') index.remove(`${i - 1}`, i)
          if (does === 'drop') index.drop([`${i - 1}`])
          if (does === 'settle') index.settle(10)
          if (does === 'delete') indexes.delete(where)
        }
        const index = indexes.of(asked)
        const added = steps.flatMap((one, i) =>
          one.does === 'add' && JSON.stringify(one.scope) === JSON.stringify(asked) ? [`${i}`] : [],
        )
        for (const query of [{}, { exact: true }, { asOf: 1e9 }])
          for (const hit of await index.search({ text: QUESTION, limit: 1_000, ...query }))
            expect(added).toContain(hit.key)
      }),
    )
  })
})
