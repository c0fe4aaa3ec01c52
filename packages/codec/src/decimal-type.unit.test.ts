import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decimalFromBytes, decimalToBytes } from './decimal-type.ts'

describe('decimal bytes', () => {
  it('come back unchanged, in as few bytes as hold them', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(10n ** 38n), max: 10n ** 38n }), (value) => {
        const bytes = decimalToBytes(value)
        expect(decimalFromBytes(bytes)).toBe(value)
        const bits = BigInt(bytes.length * 8 - 8)
        if (bits > 0n) expect(value >= 2n ** (bits - 1n) || value < -(2n ** (bits - 1n))).toBe(true)
      }),
    )
  })

  it.each([
    [0n, '00'],
    [-1n, 'ff'],
    [127n, '7f'],
    [128n, '0080'],
    [-128n, '80'],
    [-129n, 'ff7f'],
  ])('%s is %s, as Java writes it', (value, hex) => {
    expect(decimalToBytes(value).toString('hex')).toBe(hex)
  })

  it('of a longer form are the same number', () => {
    expect(decimalFromBytes(Buffer.from('ffffff7f', 'hex'))).toBe(-129n)
  })
})
