import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Bar } from '@waggle/event'
import type { Entry, Holding } from '../hot-state.ts'
import { decodeEntry, decodeHolding, encodeEntry, encodeHolding } from './hot-json.ts'

const decimal = fc.bigInt({ min: -(10n ** 37n), max: 10n ** 37n })
const text = fc.string({ unit: 'grapheme' })

const anyBar: fc.Arbitrary<Entry<Bar>> = fc.record({
  position: fc.record({
    topic: fc.constant('waggle.bars.v1'),
    partition: fc.nat(),
    offset: fc.bigInt({ min: 0n, max: 2n ** 63n - 1n }),
  }),
  knownFrom: fc.nat(),
  event: fc.record({ instrument: text, open: decimal, close: decimal, run: fc.option(text) }).map(
    // Key order counts for the digest; the other fields of a bar are of the same types.
    (fields) => ({ kind: 'bar', ...fields, high: 1n, low: -1n, volume: 0n }) as unknown as Bar,
  ),
})

describe('values of the hot view', () => {
  it('come back unchanged and in the same order', () => {
    fc.assert(
      fc.property(anyBar, (entry) => {
        const back = decodeEntry<Bar>(encodeEntry(entry))
        expect(back).toEqual(entry)
        expect(Object.keys(back.event)).toEqual(Object.keys(entry.event))
      }),
    )
  })

  it('write decimals and positions as text', () => {
    const holding: Holding = {
      agent: 'a',
      instrument: 'SPX',
      quantity: 2_500_000_000n,
      cash: -1n,
      fees: 0n,
      fills: 3,
    }
    expect(JSON.parse(encodeHolding(holding))).toMatchObject({
      quantity: '2.5',
      cash: '-0.000000001',
    })
    expect(decodeHolding(encodeHolding(holding))).toEqual(holding)
  })

  it.each(['', 'x', '{}', '{"position":"a/1@2"}', '{"position":"a","event":{"kind":"bar"}}'])(
    '%j is not ours',
    (foreign) => {
      expect(() => decodeEntry(foreign)).toThrow(
        expect.objectContaining({ code: 'VIEW_MISCONFIGURED' }),
      )
    },
  )

  it('are refused where a decimal is a float', () => {
    const holding = '{"agent":"a","instrument":"b","quantity":1.5,"cash":"0","fees":"0","fills":1}'
    expect(() => decodeHolding(holding)).toThrow(/not ours/)
  })
})
