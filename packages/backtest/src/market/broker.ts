import { multiplyDecimal, WaggleError, type Decimal, type Micros } from '@waggle/base'
import { absolute, Portfolio, type FillRecord } from './portfolio.ts'
import type { Costs } from './costs.ts'
import type { Quote } from './quote.ts'

/**
 * The price an order is filled at. `next-open` and `next-close` are of the next bar of its instrument. `this-close` is
 * the price the decision was made on: nobody gets it in the world; for comparison with engines that give it.
 */
export type FillAt = 'next-open' | 'next-close' | 'this-close'

export interface Order {
  readonly decision: string
  /** Who decided. */
  readonly by: string
  readonly instrument: string
  /** Signed. */
  quantity: Decimal
}

export interface EquityPoint {
  readonly at: Micros
  readonly equity: Decimal
  /** Sum of the absolute values held. */
  readonly gross: Decimal
}

export type OnFill = (fill: FillRecord, order: Order) => void

/** Takes orders, fills them at recorded prices and keeps the curve of equity; one point for each time. */
export class Broker {
  readonly portfolio: Portfolio
  readonly fills: FillRecord[] = []
  readonly curve: EquityPoint[] = []
  readonly #costs: Costs
  readonly #fillAt: FillAt
  readonly #onFill: OnFill
  readonly #pending = new Map<string, Order[]>()
  readonly #quotes = new Map<string, Quote>()
  /** What was filled of the volume of the present quote, by instrument. */
  readonly #used = new Map<string, Decimal>()

  constructor(cash: Decimal, costs: Costs, fillAt: FillAt, onFill: OnFill) {
    this.portfolio = new Portfolio(cash)
    this.#costs = costs
    this.#fillAt = fillAt
    this.#onFill = onFill
  }

  /** Orders that wait for a price. */
  get waiting(): number {
    let count = 0
    for (const orders of this.#pending.values()) count += orders.length
    return count
  }

  order(order: Order): void {
    if (order.quantity === 0n) return
    if (this.#fillAt === 'this-close') {
      const quote = this.#quotes.get(order.instrument)
      if (quote === undefined) {
        const { instrument } = order
        throw new WaggleError('INPUT_INVALID', `${instrument} has no price yet`, {
          input: instrument,
        })
      }
      this.#fill(order, quote, quote.close)
      this.#point(quote.at)
      return
    }
    const orders = this.#pending.get(order.instrument)
    if (orders === undefined) this.#pending.set(order.instrument, [order])
    else orders.push(order)
  }

  /** A price became known: pays for what is borrowed, fills what waits for it, values what is held. Before the test it does not `count`. */
  onQuote(quote: Quote, counts = true): void {
    const { instrument, at, close } = quote
    this.#payBorrow(quote)
    this.#quotes.set(instrument, quote)
    this.#used.delete(instrument)
    const orders = this.#pending.get(instrument)
    if (orders !== undefined) {
      this.#pending.delete(instrument)
      const price = this.#fillAt === 'next-open' ? quote.open : close
      const left = orders.filter((order) => !this.#fill(order, quote, price))
      if (left.length > 0) this.#pending.set(instrument, left)
    }
    const holding = this.portfolio.mark(instrument, close, at)
    if (counts) this.#point(at)
    else holding.firstMark = close
  }

  /** Whether all of it is filled. */
  #fill(order: Order, quote: Quote, price: Decimal): boolean {
    const { instrument, decision } = order
    const used = this.#used.get(instrument) ?? 0n
    const executed = this.#costs.execute(order.quantity, price, quote.volume, used)
    if (executed === undefined) return false
    this.#used.set(instrument, used + absolute(executed.quantity))
    const fill: FillRecord = { at: quote.at, decision, instrument, ...executed }
    order.quantity -= executed.quantity
    this.portfolio.apply(fill)
    this.fills.push(fill)
    this.#onFill(fill, order)
    return order.quantity === 0n
  }

  #payBorrow({ instrument, at }: Quote): void {
    const holding = this.portfolio.holdings.get(instrument)
    if (holding === undefined || holding.quantity >= 0n) return
    const value = multiplyDecimal(absolute(holding.quantity), holding.mark)
    const fee = this.#costs.borrow(value, at - holding.markedAt)
    if (fee > 0n) this.portfolio.pay(holding, fee)
  }

  #point(at: Micros): void {
    const { equity, gross } = this.portfolio
    if (this.curve.at(-1)?.at === at) this.curve.pop()
    this.curve.push({ at, equity, gross })
  }
}
