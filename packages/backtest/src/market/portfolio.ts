import { multiplyDecimal, type Decimal, type Micros } from '@waggle/base'

export interface FillRecord {
  readonly at: Micros
  readonly decision: string
  readonly instrument: string
  /** Signed. */
  readonly quantity: Decimal
  readonly price: Decimal
  readonly fee: Decimal
}

/** From flat to flat, or to the other side. */
export interface RoundTrip {
  readonly instrument: string
  readonly openedAt: Micros
  readonly closedAt: Micros
  /** Net of fees. */
  readonly pnl: Decimal
  readonly decisions: readonly string[]
}

interface OpenTrip {
  openedAt: Micros
  cash: Decimal
  decisions: string[]
}

export interface Holding {
  readonly instrument: string
  /** Signed: negative is short. */
  quantity: Decimal
  /** Last price. */
  mark: Decimal
  /** First price of the test, or the last one before it. */
  firstMark: Decimal
  markedAt: Micros
  /** Value of all that was traded. */
  traded: Decimal
  fees: Decimal
  borrowed: Decimal
  fills: number
  /** Cash that went out and came in by trading it. */
  cash: Decimal
  trip: OpenTrip | undefined
}

/** Cash and holdings, exact in units of 10^-9; the value of a fill is rounded towards zero. */
export class Portfolio {
  readonly trips: RoundTrip[] = []
  readonly holdings = new Map<string, Holding>()
  #cash: Decimal
  #invested: Decimal = 0n

  constructor(cash: Decimal) {
    this.#cash = cash
  }

  get cash(): Decimal {
    return this.#cash
  }
  /** Cash and everything held at its last price. */
  get equity(): Decimal {
    return this.#cash + this.#invested
  }
  /** Sum of the absolute values of all holdings. */
  get gross(): Decimal {
    let gross = 0n
    for (const { quantity, mark } of this.holdings.values())
      gross += multiplyDecimal(absolute(quantity), mark)
    return gross
  }
  quantity(instrument: string): Decimal {
    return this.holdings.get(instrument)?.quantity ?? 0n
  }

  mark(instrument: string, price: Decimal, at: Micros): Holding {
    let holding = this.holdings.get(instrument)
    if (holding === undefined) {
      holding = emptyHolding(instrument, price, at)
      this.holdings.set(instrument, holding)
    }
    const { quantity } = holding
    if (quantity !== 0n)
      this.#invested += multiplyDecimal(quantity, price) - multiplyDecimal(quantity, holding.mark)
    holding.mark = price
    holding.markedAt = at
    return holding
  }

  pay(holding: Holding, fee: Decimal): void {
    this.#cash -= fee
    holding.cash -= fee
    holding.borrowed += fee
    if (holding.trip !== undefined) holding.trip.cash -= fee
  }

  apply(fill: FillRecord): void {
    const { instrument, quantity, price, fee, at } = fill
    const holding = this.holdings.get(instrument) ?? this.mark(instrument, price, at)
    const value = multiplyDecimal(quantity, price)
    const before = holding.quantity
    this.#cash -= value + fee
    holding.cash -= value + fee
    holding.fees += fee
    holding.traded += absolute(value)
    holding.fills++
    holding.quantity = before + quantity
    this.#invested +=
      multiplyDecimal(holding.quantity, holding.mark) - multiplyDecimal(before, holding.mark)
    this.#note(holding, fill, before, value)
  }

  /** A fill through zero closes one trip and opens the next: its fee is shared by quantity. */
  #note(holding: Holding, fill: FillRecord, before: Decimal, value: Decimal): void {
    const { at, decision, quantity, price, fee } = fill
    const reduces = before !== 0n && before > 0n !== quantity > 0n
    const size = absolute(quantity)
    const closing = reduces ? (size < absolute(before) ? size : absolute(before)) : 0n
    const closingFee = closing === 0n ? 0n : (fee * closing) / size
    const sign = quantity > 0n ? 1n : -1n
    const closingValue = multiplyDecimal(sign * closing, price)
    if (closing > 0n && holding.trip !== undefined) {
      const { trip } = holding
      trip.cash -= closingValue + closingFee
      trip.decisions.push(decision)
      if (closing === absolute(before)) {
        const { instrument } = holding
        const { openedAt, cash: pnl, decisions } = trip
        this.trips.push({ instrument, openedAt, closedAt: at, pnl, decisions })
        holding.trip = undefined
      }
    }
    if (closing === size) return
    holding.trip ??= { openedAt: at, cash: 0n, decisions: [] }
    holding.trip.cash -= value - closingValue + fee - closingFee
    holding.trip.decisions.push(decision)
  }
}

export function absolute(value: Decimal): Decimal {
  return value < 0n ? -value : value
}

function emptyHolding(instrument: string, price: Decimal, at: Micros): Holding {
  return {
    instrument,
    quantity: 0n,
    mark: price,
    firstMark: price,
    markedAt: at,
    traded: 0n,
    fees: 0n,
    borrowed: 0n,
    fills: 0,
    cash: 0n,
    trip: undefined,
  }
}
