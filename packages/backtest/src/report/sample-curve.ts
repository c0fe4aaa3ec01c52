import { decimalToNumber, type Decimal, type Micros } from '@waggle/base'
import type { EquityPoint } from '../market/broker.ts'

const DAY: Micros = 86_400_000_000

export interface SampledCurve {
  readonly at: readonly Micros[]
  readonly equity: readonly Decimal[]
  readonly values: readonly number[]
}

/** The last point of each UTC day, behind the cash it began with: ratios are of daily returns whatever the bars. */
export function dailyCurve(curve: readonly EquityPoint[], cash: Decimal): SampledCurve {
  const days = curve.filter(
    ({ at }, index) => dayOf(at) !== dayOf(curve[index + 1]?.at ?? Infinity),
  )
  const begin = days.length === 0 ? [] : [{ at: days[0]!.at - DAY, equity: cash }]
  const all = [...begin, ...days]
  const equity = all.map((point) => point.equity)
  return { at: all.map(({ at }) => at), equity, values: equity.map(decimalToNumber) }
}

function dayOf(at: Micros): number {
  return Math.floor(at / DAY)
}
