import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  decimalFromNumber,
  decimalToNumber,
  formatDecimal,
  multiplyDecimal,
  parseDecimal,
} from './decimal.ts'

const limit = 10n ** 38n - 1n
const anyDecimal = fc.bigInt({ min: -limit, max: limit })

describe('decimals', () => {
  it('come back from their text unchanged', () => {
    fc.assert(
      fc.property(anyDecimal, (value) => {
        expect(parseDecimal(formatDecimal(value))).toBe(value)
      }),
    )
  })

  it.each([
    ['0', 0n],
    ['-12.5', -12_500_000_000n],
    ['+1', 1_000_000_000n],
    [' 7.000000001 ', 7_000_000_001n],
    ['1.5000000000000', 1_500_000_000n],
    ['-0.000000001', -1n],
  ])('parse %j', (text, value) => {
    expect(parseDecimal(text)).toBe(value)
  })

  it.each(['', '.', '1.', '.5', '1e3', '0x10', '1,5', 'NaN', '--1', '1.0000000001', '١'])(
    'refuse %j, which is no decimal or too fine',
    (text) => {
      expect(parseDecimal(text)).toBeUndefined()
    },
  )

  it('are the nearest to a float, however large', () => {
    expect(decimalFromNumber(0.1)).toBe(100_000_000n)
    expect(decimalFromNumber(-2.5)).toBe(-2_500_000_000n)
    expect(decimalFromNumber(1e21)).toBe(10n ** 30n)
    expect(() => decimalFromNumber(NaN)).toThrow(RangeError)
    expect(() => decimalFromNumber(-Infinity)).toThrow(RangeError)
    fc.assert(
      fc.property(fc.integer({ min: -1_000_000, max: 1_000_000 }), (cents) => {
        expect(decimalToNumber(decimalFromNumber(cents / 100))).toBe(cents / 100)
      }),
    )
  })

  it('multiply towards zero', () => {
    expect(multiplyDecimal(1_500_000_000n, 2_000_000_000n)).toBe(3_000_000_000n)
    expect(multiplyDecimal(-1n, 1n)).toBe(0n)
    expect(multiplyDecimal(-1_999_999_999n, 1n)).toBe(-1n)
  })
})
