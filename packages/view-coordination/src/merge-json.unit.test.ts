import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { canonicalJson, parseJson, type Json } from './canonical-json.ts'
import { mergeMax, mergeUnion, type MergeJson } from './merge-json.ts'

const text = (json: Json | undefined): string | undefined =>
  json === undefined ? undefined : canonicalJson(json)

/** Merging in either grouping and order gives the same text wherever both are defined. */
function expectJoin(merge: MergeJson, a: Json, b: Json, c: Json): void {
  expect(text(merge(a, b))).toBe(text(merge(b, a)))
  const [ab, bc] = [merge(a, b), merge(b, c)]
  const left = ab === undefined ? undefined : merge(ab, c)
  const right = bc === undefined ? undefined : merge(a, bc)
  expect(text(left)).toBe(text(right))
  if (ab !== undefined) expect(text(merge(ab, b))).toBe(text(ab))
}

describe('canonical JSON', () => {
  it('is one text for equal values, as RFC 8785 writes it', () => {
    const json = parseJson('{ "b": [1.0, 1e21, -0, "\\u20ac"], "a": {"\\ud83d\\ude00": null} }')!
    expect(canonicalJson(json)).toBe('{"a":{"😀":null},"b":[1,1e+21,0,"€"]}')
    expect(canonicalJson(parseJson('{"__proto__":1,"a":2}')!)).toBe('{"__proto__":1,"a":2}')
  })

  it('reads back as the same value', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 5 }), (value) => {
        const canonical = canonicalJson(value as Json)
        expect(JSON.parse(canonical)).toEqual(JSON.parse(JSON.stringify(value)))
        expect(canonicalJson(parseJson(canonical)!)).toBe(canonical)
      }),
    )
  })
})

describe('MAX', () => {
  it('compares numbers, and decimals in strings exactly', () => {
    expect(mergeMax(1, 2.5)).toBe(2.5)
    expect(mergeMax('9007199254740993.000000001', '9007199254740993')).toBe(
      '9007199254740993.000000001',
    )
    expect(mergeMax('1.0', '-7')).toBe('1')
    expect(mergeMax('1', 2)).toBeUndefined()
    expect(mergeMax([1], 2)).toBeUndefined()
    expect(mergeMax('a', 'b')).toBeUndefined()
  })

  it('is a join', () => {
    const value = fc.oneof(
      fc.integer(),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.integer({ min: -50, max: 50 }).map((n) => `${n / 10}`),
      fc.constant('x'),
    )
    fc.assert(fc.property(value, value, value, (a, b, c) => expectJoin(mergeMax, a, b, c)))
  })
})

describe('UNION', () => {
  it('unites arrays as sets and objects by key, and nothing that differs otherwise', () => {
    expect(text(mergeUnion(['b', { x: 1, y: 2 }], ['a', { y: 2, x: 1 }]))).toBe(
      '["a","b",{"x":1,"y":2}]',
    )
    expect(text(mergeUnion({ a: [2], b: 1 }, { a: [1], c: null }))).toBe(
      '{"a":[1,2],"b":1,"c":null}',
    )
    expect(mergeUnion({ a: 1 }, { a: 2 })).toBeUndefined()
    expect(mergeUnion(1, 2)).toBeUndefined()
    expect(text(mergeUnion('x', 'x'))).toBe('"x"')
    const own = mergeUnion(parseJson('{"__proto__":1}')!, { a: 1 })!
    expect(text(own)).toBe('{"__proto__":1,"a":1}')
  })

  it('is a join', () => {
    const { value } = fc.letrec<{ value: Json }>((tie) => ({
      value: fc.oneof(
        { maxDepth: 3, depthSize: 'small' },
        fc.constantFrom<Json>(1, 2, 'x'),
        fc.array(tie('value'), { maxLength: 3 }),
        fc.dictionary(fc.constantFrom('a', 'b', '__proto__'), tie('value'), {
          noNullPrototype: true,
        }),
      ),
    }))
    fc.assert(
      fc.property(value, value, value, (a, b, c) => expectJoin(mergeUnion, a, b, c)),
      { numRuns: 3000 },
    )
  })
})
