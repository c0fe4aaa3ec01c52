import { decimalToNumber, type Decimal } from '@waggle/base'
import type { EquityPoint } from '../market/broker.ts'
import type { Holding, RoundTrip } from '../market/portfolio.ts'
import { multiplyDecimal } from '@waggle/base'
import { meanOf } from './performance.ts'

/** How it was traded. A round trip goes from flat to flat, or to the other side. */
export interface Trading {
  readonly fills: number
  readonly roundTrips: number
  /** Share of round trips that gained, fees counted. */
  readonly hitRate: number | undefined
  /** Gains over losses of round trips. */
  readonly profitFactor: number | undefined
  readonly pnl: Decimal
  readonly fees: Decimal
  readonly borrowFees: Decimal
  /** Value traded a year over the mean equity; both sides count. */
  readonly turnover: number | undefined
  /** Mean of the absolute value held over equity. */
  readonly exposure: number | undefined
  /** Share of the points at which anything was held. */
  readonly timeInMarket: number | undefined
}

export interface InstrumentResult {
  readonly instrument: string
  readonly fills: number
  readonly roundTrips: number
  readonly hitRate: number | undefined
  /** What it brought, fees counted, with what is still held at its last price. */
  readonly pnl: Decimal
  readonly fees: Decimal
  readonly position: Decimal
  /** Of its price, from the first to the last. */
  readonly priceReturn: number
}

const YEAR_MICROS = 365.25 * 86_400_000_000

export function tradingOf(
  holdings: readonly Holding[],
  trips: readonly RoundTrip[],
  curve: readonly EquityPoint[],
): Trading {
  const sum = (of: (holding: Holding) => Decimal): Decimal =>
    holdings.reduce((total, holding) => total + of(holding), 0n)
  const gains = trips.filter(({ pnl }) => pnl > 0n)
  const [gained, lost] = [totalOf(gains), totalOf(trips.filter(({ pnl }) => pnl < 0n))]
  const equity = meanOf(curve.map((point) => decimalToNumber(point.equity)))
  const years = curve.length < 2 ? 0 : (curve.at(-1)!.at - curve[0]!.at) / YEAR_MICROS
  const traded = decimalToNumber(sum((holding) => holding.traded))
  const held = curve.filter(({ gross }) => gross > 0n).length
  return {
    fills: holdings.reduce((total, { fills }) => total + fills, 0),
    roundTrips: trips.length,
    hitRate: share(gains.length, trips.length),
    profitFactor: lost === 0n ? undefined : decimalToNumber(gained) / -decimalToNumber(lost),
    pnl: sum(pnlOf),
    fees: sum(({ fees }) => fees),
    borrowFees: sum(({ borrowed }) => borrowed),
    turnover: share(traded, equity * years),
    exposure:
      curve.length === 0
        ? undefined
        : meanOf(
            curve.map(({ gross, equity: of }) => decimalToNumber(gross) / decimalToNumber(of)),
          ),
    timeInMarket: share(held, curve.length),
  }
}

export function instrumentsOf(
  holdings: readonly Holding[],
  trips: readonly RoundTrip[],
): InstrumentResult[] {
  const named = holdings.toSorted((a, b) => (a.instrument < b.instrument ? -1 : 1))
  return named.map((holding) => {
    const { instrument, fills, fees, quantity: position, mark, firstMark } = holding
    const own = trips.filter((trip) => trip.instrument === instrument)
    return {
      instrument,
      fills,
      roundTrips: own.length,
      hitRate: share(own.filter(({ pnl }) => pnl > 0n).length, own.length),
      pnl: pnlOf(holding),
      fees,
      position,
      priceReturn: decimalToNumber(mark) / decimalToNumber(firstMark) - 1,
    }
  })
}

function pnlOf({ cash, quantity, mark }: Holding): Decimal {
  return cash + multiplyDecimal(quantity, mark)
}

function totalOf(trips: readonly RoundTrip[]): Decimal {
  return trips.reduce((sum, { pnl }) => sum + pnl, 0n)
}

function share(part: number, whole: number): number | undefined {
  return whole === 0 ? undefined : part / whole
}
