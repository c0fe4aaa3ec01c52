import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { multiplyDecimal, parseDecimal } from '@waggle/base'
import { createCosts } from './costs.ts'
import { Portfolio } from './portfolio.ts'

const money = (text: string): bigint => parseDecimal(text)!

const step = fc.record({
  instrument: fc.constantFrom('A', 'B'),
  quantity: fc
    .bigInt({ min: -(10n ** 12n), max: 10n ** 12n })
    .filter((quantity) => quantity !== 0n),
  price: fc.bigInt({ min: 1n, max: 10n ** 13n }),
  fee: fc.bigInt({ min: 0n, max: 10n ** 10n }),
})

describe('a portfolio', () => {
  it('is the sum of its fills, to the last digit, whatever is bought and sold', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        const portfolio = new Portfolio(money('1000'))
        let cash = money('1000')
        const units = new Map<string, bigint>()
        const marks = new Map<string, bigint>()
        steps.forEach(({ instrument, quantity, price, fee }, at) => {
          portfolio.mark(instrument, price, at)
          portfolio.apply({ at, decision: String(at), instrument, quantity, price, fee })
          cash -= multiplyDecimal(quantity, price) + fee
          units.set(instrument, (units.get(instrument) ?? 0n) + quantity)
          marks.set(instrument, price)
        })
        let equity = cash
        for (const [instrument, held] of units)
          equity += multiplyDecimal(held, marks.get(instrument)!)
        expect(portfolio.cash).toBe(cash)
        expect(portfolio.equity).toBe(equity)
        // What trips brought, finished or not, is what trading brought.
        for (const { instrument, cash: traded, trip, quantity } of portfolio.holdings.values()) {
          const finished = portfolio.trips
            .filter((closed) => closed.instrument === instrument)
            .reduce((sum, { pnl }) => sum + pnl, 0n)
          expect(finished + (trip?.cash ?? 0n)).toBe(traded)
          expect(trip === undefined).toBe(quantity === 0n)
        }
      }),
    )
  })

  it('closes a round trip when it turns to the other side', () => {
    const portfolio = new Portfolio(money('1000'))
    const fill = (at: number, quantity: string, price: string) =>
      portfolio.apply({
        at,
        decision: `d${at}`,
        instrument: 'A',
        quantity: money(quantity),
        price: money(price),
        fee: money('1'),
      })
    fill(1, '10', '20')
    fill(2, '-20', '25')
    fill(3, '10', '24')
    expect(portfolio.trips).toEqual([
      // 10 * 5, less 1 to open and half of the fee that also opened the short.
      { instrument: 'A', openedAt: 1, closedAt: 2, pnl: money('48.5'), decisions: ['d1', 'd2'] },
      { instrument: 'A', openedAt: 2, closedAt: 3, pnl: money('8.5'), decisions: ['d2', 'd3'] },
    ])
    expect(portfolio.equity).toBe(money('1057'))
  })
})

describe('costs', () => {
  it('take the least commission where the others come to less', () => {
    const { execute } = createCosts({ commissionBps: 1, commissionMinimum: money('1') })
    expect(execute(money('1'), money('100'), 0n)?.fee).toBe(money('1'))
    expect(execute(money('1000'), money('100'), 0n)?.fee).toBe(money('10'))
  })

  it('move the price by the square of the share in the volume, and fill no more than the share', () => {
    const { execute } = createCosts({
      slippage: { model: 'volume-share', share: 0.1, impact: 0.5 },
    })
    // 50 of 1000: 0.5 * 0.05^2 = 0.00125 of the price.
    expect(execute(money('50'), money('200'), money('1000'))).toEqual({
      quantity: money('50'),
      price: money('200.25'),
      fee: 0n,
    })
    expect(execute(money('-500'), money('200'), money('1000'))).toMatchObject({
      quantity: money('-100'),
      price: money('199'),
    })
    expect(execute(money('500'), money('200'), money('1000'), money('60'))?.quantity).toBe(
      money('40'),
    )
    expect(execute(money('500'), money('200'), money('1000'), money('100'))).toBeUndefined()
    expect(execute(money('500'), money('200'), 0n)).toBeUndefined()
  })

  it('are never to the trader’s advantage, however small', () => {
    fc.assert(
      fc.property(
        step,
        fc.nat(5000),
        fc.nat(500),
        ({ quantity, price }, commissionBps, spreadBps) => {
          const { execute } = createCosts({ commissionBps, spreadBps })
          const { price: paid, fee } = execute(quantity, price, 0n)!
          expect(quantity > 0n ? paid >= price : paid <= price).toBe(true)
          expect(
            fee * 10_000n >= multiplyDecimal(absolute(quantity), paid) * BigInt(commissionBps),
          ).toBe(true)
        },
      ),
    )
  })

  it('are refused where they are none', () => {
    const bad = () =>
      createCosts({ commissionBps: -1, borrowBps: Number.NaN, commissionMinimum: -1n })
    expect(bad).toThrowError(expect.objectContaining({ code: 'CONFIG_INVALID' }))
    expect(bad).toThrow(/commissionBps.*borrowBps.*commissions/)
  })
})

function absolute(value: bigint): bigint {
  return value < 0n ? -value : value
}
