import {
  createLexicalEmbedder,
  createRecallIndex,
  type RecallDocument,
  type RecallIndex,
  type RecallQuery,
} from '@waggle/recall'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { DIMENSIONS, oracle, WORD_WEIGHT, type OracleEntry } from './oracle.ts'

const WORDS = ['buy', 'sell', 'aapl', 'msft', 'spread', 'narrows', 'momentum', 'the', 'after']
const name = (prefix: string, max: number): fc.Arbitrary<string> =>
  fc.integer({ min: 1, max }).map((n) => `${prefix}${n}`)
const sentence = fc
  .array(fc.constantFrom(...WORDS), { minLength: 1, maxLength: 6 })
  .map((words) => words.join(' '))

const document = fc.record({
  key: fc.uuid(),
  namespace: name('n', 3),
  source: name('agent', 4),
  kind: name('kind', 2),
  text: sentence,
  knownFrom: fc.nat(20),
  occurredAt: fc.nat(20),
})
const entry: fc.Arbitrary<OracleEntry> = fc.record({
  document,
  removedAt: fc.oneof(fc.constant(Infinity), fc.nat(20)),
})
const entries = fc.uniqueArray(entry, {
  selector: (one) => one.document.key,
  maxLength: 40,
})
const some = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.option(arbitrary, { nil: undefined })
const query: fc.Arbitrary<RecallQuery> = fc
  .record({
    text: sentence,
    limit: fc.integer({ min: 1, max: 12 }),
    namespaces: some(fc.array(name('n', 4), { maxLength: 2 })),
    sources: some(fc.array(name('agent', 4), { maxLength: 3 })),
    kinds: some(fc.array(name('kind', 2), { maxLength: 2 })),
    from: some(fc.nat(20)),
    to: some(fc.nat(20)),
    asOf: some(fc.nat(20)),
    perSource: some(fc.constantFrom('fair' as const, 1, 2)),
    self: some(name('agent', 5)),
    mayRead: some(fc.constant((namespace: string) => namespace !== 'n2')),
    trustedBefore: some(
      fc.constant((source: string) =>
        source === 'agent2' ? 10 : source === 'agent3' ? -Infinity : Infinity,
      ),
    ),
    where: some(fc.constant((one: RecallDocument) => one.source !== 'agent1')),
  })
  .map(
    (record) =>
      Object.fromEntries(
        Object.entries(record).filter(([, value]) => value !== undefined),
      ) as unknown as RecallQuery,
  )

/** @param graphFrom 1 makes even a small index use its graph. */
async function filled(list: readonly OracleEntry[], graphFrom = 1): Promise<RecallIndex> {
  const index = createRecallIndex({
    embedder: createLexicalEmbedder({ dimensions: DIMENSIONS }),
    wordWeight: WORD_WEIGHT,
    graphFrom,
  })
  await index.add(list.map((one) => one.document))
  for (const { document: one, removedAt } of list)
    if (removedAt < Infinity) index.remove(one.key, removedAt)
  return index
}

describe('a recall index', () => {
  it('answers as comparing everything does, whatever is asked', async () => {
    await fc.assert(
      fc.asyncProperty(entries, query, fc.nat(40), async (list, asked, settled) => {
        const index = await filled(list)
        index.settle(settled)
        const expected = await oracle(list, asked)
        const got = await index.search({ ...asked, exact: true })
        expect(got.map(({ score }) => score.toFixed(9))).toEqual(
          expected.map(({ score }) => score.toFixed(9)),
        )
        const gap = (i: number): number =>
          (expected[i]?.score ?? 0) - (expected[i + 1]?.score ?? -1)
        // Where the oracle's scores differ clearly, the keys are the same one by one.
        if (expected.every((_, i) => gap(i) > 1e-9))
          expect(got.map(({ key }) => key)).toEqual(expected.map(({ key }) => key))
      }),
      { numRuns: 300 },
    )
  })

  it('gives the same bytes as of a time whatever is learned later, in whatever order it came', async () => {
    await fc.assert(
      fc.asyncProperty(entries, entries, query, fc.nat(20), async (list, more, asked, asOf) => {
        const past = { ...asked, asOf }
        const early = list.filter((one) => one.document.knownFrom <= asOf)
        const before = await (await filled(early)).search(past)
        // Later: new ones, whatever time they speak of, and removals.
        const later = [
          ...list.filter((one) => one.document.knownFrom > asOf),
          ...more.map((one) => ({
            document: { ...one.document, knownFrom: asOf + 1 + one.document.knownFrom },
            removedAt: Infinity,
          })),
        ]
        const grown = await filled([...later, ...early.toReversed()])
        for (const { document: one, removedAt } of early)
          if (removedAt === Infinity) grown.remove(one.key, asOf + 1)
        grown.settle(10)
        expect(JSON.stringify(await grown.search(past))).toBe(JSON.stringify(before))
      }),
      { numRuns: 300 },
    )
  })

  it('gives the same bytes as of a time when words of the question come up only later', async () => {
    const one = fc.sample(document, { numRuns: 1, seed: 4 })[0]!
    // Words in an order in which adding their weights in another order gives another last bit.
    const words = Array.from({ length: 200 }, (_, i) => `word${i}`)
    const said = [0, 1, 2].map((n) => ({
      document: {
        ...one,
        key: `${n}`,
        text: words.filter((_, i) => i % (n + 2) === 0).join(' '),
        knownFrom: 1,
      },
      removedAt: Infinity,
    }))
    const past = { text: words.join(' '), limit: 10, asOf: 1 }
    const index = await filled(said)
    const before = await index.search(past)
    await index.add([{ ...one, key: 'later', text: words.toReversed().join(' '), knownFrom: 2 }])
    expect(JSON.stringify(await index.search(past))).toBe(JSON.stringify(before))
  })

  it('never gives by its graph what the filters leave out, and loses nothing that was dropped or removed', async () => {
    await fc.assert(
      fc.asyncProperty(entries, query, async (list, asked) => {
        const index = await filled(list)
        index.settle(25)
        const dropped = list.slice(0, 5).map((one) => one.document.key)
        index.drop(dropped)
        const left = list.slice(5)
        const allowed = new Set(
          (await oracle(left, { ...asked, limit: 1_000, self: 'none' })).map(({ key }) => key),
        )
        const { self: _self, ...others } = asked
        for (const { key } of await index.search(others)) expect(allowed.has(key)).toBe(true)
      }),
    )
  })

  it('leaves a key alone that is there already', async () => {
    const index = await filled([])
    const one = fc.sample(document, { numRuns: 1, seed: 1 })[0]!
    await Promise.all([index.add([one, one]), index.add([{ ...one, text: 'other' }])])
    expect(index.size).toBe(1)
  })

  it('does not let in what was dropped while it was embedded, and removes what was removed', async () => {
    const base = createLexicalEmbedder({ dimensions: DIMENSIONS })
    const gate = Promise.withResolvers<void>()
    const index = createRecallIndex({
      embedder: {
        ...base,
        embed: async (texts) => {
          await gate.promise
          return base.embed(texts)
        },
      },
    })
    const [a, b, c] = fc.sample(document, { numRuns: 3, seed: 2 })
    const added = index.add([a!, b!, c!])
    index.drop([a!.key])
    index.remove(b!.key, b!.knownFrom + 1)
    gate.resolve()
    await added
    const hits = await index.search({ text: 'buy', limit: 10 })
    expect(hits.map(({ key }) => key)).toEqual([c!.key])
    const past = await index.search({ text: 'buy', limit: 10, asOf: b!.knownFrom })
    expect(past.map(({ key }) => key)).toContain(b!.key)
  })

  it.each([
    ['a vector of another dimension', [new Float32Array(3).fill(1)], 'DIMENSION_MISMATCH'],
    ['a vector that is not finite', [new Float32Array(4).fill(NaN)], 'INPUT_INVALID'],
    ['too few vectors', [], 'INPUT_INVALID'],
  ])('refuses %s and adds nothing', async (_, vectors, code) => {
    const index = createRecallIndex({
      embedder: { name: 'broken/v1', dimensions: 4, embed: () => vectors },
    })
    const one = fc.sample(document, { numRuns: 1, seed: 3 })[0]!
    await expect(index.add([one])).rejects.toMatchObject({ code })
    expect(index.size).toBe(0)
  })

  it.each([{ limit: 0 }, { limit: 1_001 }, { limit: 1.5 }, { asOf: NaN }, { perSource: 0 }])(
    'refuses the question %o',
    async (change) => {
      const index = await filled([])
      await expect(index.search({ text: 'a', limit: 1, ...change })).rejects.toMatchObject({
        code: 'INPUT_INVALID',
      })
    },
  )
})
