import { formatDecimal, parseDecimal } from '@waggle/base'
import type { Fill } from '@waggle/event'
import { expect, test } from 'vitest'
import { averagePrice, CostBook } from './cost-basis.ts'

type Trade = readonly [quantity: string, price: string, fee?: string, token?: number]

function book(trades: readonly Trade[]) {
  const costs = new CostBook()
  for (const [quantity, price, fee = '0', token] of trades)
    costs.add({
      agent: 'ada',
      instrument: 'SPX',
      quantity: parseDecimal(quantity),
      price: parseDecimal(price),
      fee: parseDecimal(fee),
      lock_resource: token === undefined ? null : 'SPX',
      fencing_token: token ?? null,
    } as Fill)
  const basis = costs.of('ada', 'SPX')!
  const average = averagePrice(basis)
  return [
    formatDecimal(basis.quantity),
    average === undefined ? null : formatDecimal(average),
    formatDecimal(basis.realised),
  ]
}

test.each<[string, readonly Trade[], unknown]>([
  [
    'bought twice',
    [
      ['10', '100'],
      ['30', '120'],
    ],
    ['40', '115', '0'],
  ],
  [
    'a part sold',
    [
      ['10', '100'],
      ['30', '120'],
      ['-20', '125', '1'],
    ],
    ['20', '115', '199'],
  ],
  [
    'all sold',
    [
      ['10', '100', '2'],
      ['-10', '90', '2'],
    ],
    ['0', null, '-104'],
  ],
  [
    'turned short',
    [
      ['10', '100'],
      ['-15', '110'],
    ],
    ['-5', '110', '100'],
  ],
  [
    'short, covered lower',
    [
      ['-10', '100'],
      ['4', '90'],
    ],
    ['-6', '100', '40'],
  ],
  [
    'short, covered and turned long',
    [
      ['-10', '100'],
      ['12', '90'],
    ],
    ['2', '90', '100'],
  ],
  [
    'a stale token',
    [
      ['10', '100', '0', 7],
      ['5', '90', '0', 3],
    ],
    ['10', '100', '0'],
  ],
])('%s', (_name, trades, expected) => {
  expect(book(trades)).toEqual(expected)
})
