/**
 * Money and quantities are integers of 10^-9 (`bigint` here, Avro decimal(38, 9) on the wire,
 * `Decimal(38, 9)` in ClickHouse), never floats.
 */
export const DECIMAL_SCALE = 9
export const DECIMAL_PRECISION = 38

export type Decimal = bigint

const ONE = 10n ** BigInt(DECIMAL_SCALE)
const PATTERN = /^([+-]?)(\d+)(?:\.(\d+))?$/

/** '-12.5' -> -12500000000n. Undefined where the text is no decimal or has over nine fraction digits. */
export function parseDecimal(text: string): Decimal | undefined {
  const match = PATTERN.exec(text.trim())
  if (match === null) return undefined
  const [, sign, whole = '', fraction = ''] = match
  if (fraction.replace(/0+$/, '').length > DECIMAL_SCALE) return undefined
  const digits = fraction.slice(0, DECIMAL_SCALE).padEnd(DECIMAL_SCALE, '0')
  const magnitude = BigInt(whole) * ONE + BigInt(digits)
  return sign === '-' ? -magnitude : magnitude
}

/** -12500000000n -> '-12.5'. */
export function formatDecimal(value: Decimal): string {
  const magnitude = value < 0n ? -value : value
  const fraction = String(magnitude % ONE)
    .padStart(DECIMAL_SCALE, '0')
    .replace(/0+$/, '')
  return `${value < 0n ? '-' : ''}${magnitude / ONE}${fraction === '' ? '' : `.${fraction}`}`
}

/** For statistics and charts only: the nearest float. */
export function decimalToNumber(value: Decimal): number {
  return Number(value) / Number(ONE)
}

/** The nearest decimal of a finite float. */
export function decimalFromNumber(value: number): Decimal {
  // From 10^21 on toFixed writes an exponent; such floats are whole numbers.
  if (Number.isFinite(value) && Math.abs(value) >= 1e21) return BigInt(value) * ONE
  const decimal = parseDecimal(value.toFixed(DECIMAL_SCALE))
  if (decimal === undefined) throw new RangeError(`Not a finite number: ${value}`)
  return decimal
}

/** a * b, rounded towards zero. */
export function multiplyDecimal(a: Decimal, b: Decimal): Decimal {
  return (a * b) / ONE
}
