import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createVectorSlab, quantise } from './vector-slab.ts'

const component = fc.double({ min: -1, max: 1, noNaN: true })
const vectors = (dimensions: number): fc.Arbitrary<Float32Array[]> =>
  fc.array(
    fc
      .array(component, { minLength: dimensions, maxLength: dimensions })
      .map((values) => Float32Array.from(values))
      .filter((vector) => vector.some((value) => Math.abs(value) > 1e-3)),
    { minLength: 2, maxLength: 20 },
  )

function cosine(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let [dot, aa, bb] = [0, 0, 0]
  for (let i = 0; i < a.length; i++) {
    dot += a[i]! * b[i]!
    aa += a[i]! ** 2
    bb += b[i]! ** 2
  }
  return dot / Math.sqrt(aa * bb)
}

describe('the vector slab', () => {
  it('gives the cosine of the codes, and so nearly that of the vectors', () => {
    const cases = fc.integer({ min: 1, max: 50 }).chain(vectors)
    fc.assert(
      fc.property(cases, ([query, ...rest]) => {
        const dimensions = query!.length
        const slab = createVectorSlab(dimensions)
        const codes = rest.map((vector) => quantise(vector, dimensions))
        codes.forEach((code) => slab.push(code))
        const asked = quantise(query!, dimensions)
        const ordinals = Uint32Array.from(codes.keys()).reverse()
        const got = slab.similarities(asked, ordinals)
        ordinals.forEach((ordinal, i) => {
          expect(got[i]).toBeCloseTo(cosine(codes[ordinal]!, asked), 12)
          expect(got[i]).toBeCloseTo(cosine(rest[ordinal]!, query!), 1)
        })
      }),
    )
  })

  it('compares more than one chunk, and keeps its codes when it grows', () => {
    const slab = createVectorSlab(16)
    const code = (at: number): Int8Array =>
      Int8Array.from({ length: 16 }, (_, i) => (at * 7 + i) % 90)
    for (let at = 0; at < 9_000; at++) slab.push(code(at))
    const ordinals = Uint32Array.from({ length: 9_000 }, (_, at) => at)
    const got = slab.similarities(code(4_321), ordinals)
    for (const at of [0, 4_095, 4_096, 4_321, 8_999])
      expect(got[at]).toBeCloseTo(cosine(code(at), code(4_321)), 12)
  })

  it('forgets a vector that is wiped', () => {
    const slab = createVectorSlab(16)
    const code = quantise(new Float32Array(16).fill(1), 16)
    const ordinal = slab.push(code)
    slab.wipe(ordinal)
    expect(slab.at(ordinal).every((value) => value === 0)).toBe(true)
    expect([...slab.similarities(code, Uint32Array.of(ordinal))]).toEqual([0])
  })

  it.each([
    ['another dimension', new Float32Array(3).fill(1), 'DIMENSION_MISMATCH'],
    ['not a number', Float32Array.of(1, NaN, 0, 0), 'INPUT_INVALID'],
    ['infinite', Float32Array.of(1, Infinity, 0, 0), 'INPUT_INVALID'],
    ['without length', new Float32Array(4), 'INPUT_INVALID'],
  ])('refuses a vector that is of %s', (_, vector, code) => {
    expect(() => quantise(vector, 4)).toThrow(expect.objectContaining({ code }))
  })
})
