import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { MAX_EMBEDDED_CHARS } from './embedder.ts'
import { createLexicalEmbedder } from './lexical-embedder.ts'
import { wordsOf } from './tokens.ts'

const embed = async (text: string, dimensions = 384): Promise<Float32Array> =>
  (await createLexicalEmbedder({ dimensions }).embed([text]))[0]!
const cosine = async (a: string, b: string): Promise<number> => {
  const [x, y] = await Promise.all([embed(a), embed(b)])
  return x!.reduce((sum, value, i) => sum + value * y![i]!, 0)
}

describe('the lexical embedder', () => {
  it('gives a vector of unit length for every text, the same each time', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.string({ unit: 'binary' }),
        fc.constantFrom(16, 100, 384),
        async (text, dimensions) => {
          const vector = await embed(text, dimensions)
          expect(vector).toHaveLength(dimensions)
          expect(vector.reduce((sum, value) => sum + value * value, 0)).toBeCloseTo(1, 4)
          expect(await embed(text, dimensions)).toEqual(vector)
        },
      ),
    )
  })

  it('stays the same from release to release: stored vectors depend on it', async () => {
    const vector = await embed('Buy AAPL when the spread narrows', 16)
    expect([...vector].map((value) => Number(value.toFixed(4)))).toMatchInlineSnapshot(`
      [
        0,
        0.189,
        0.378,
        -0.5669,
        -0.189,
        0,
        0,
        0,
        0,
        0,
        0,
        0.189,
        0.189,
        0.189,
        0.189,
        -0.5669,
      ]
    `)
  })

  it('finds words spelt alike nearer than other words', async () => {
    const near = await cosine('momentum reversal after earnings', 'momentums reverse after earning')
    const far = await cosine('momentum reversal after earnings', 'unit tests pass on every branch')
    expect(near).toBeGreaterThan(0.6)
    expect(far).toBeLessThan(0.3)
  })

  it('cuts what is too long', async () => {
    const text = 'word '.repeat(MAX_EMBEDDED_CHARS / 5 + 1)
    expect(await embed(`${text} tail`)).toEqual(await embed(text))
  })
})

describe('words', () => {
  it('are the same by the fast way and by the general one', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme-ascii' }), (text) => {
        // A letter beyond ASCII at the end takes the general way.
        expect(wordsOf(text)).toEqual(wordsOf(`${text} é`).slice(0, -1))
      }),
    )
  })

  it('do not depend on how they were typed', () => {
    expect(wordsOf('ＡＢＣ Café')).toEqual(wordsOf('abc cafe\u0301'))
  })
})
