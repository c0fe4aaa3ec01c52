/**
 * An agent that asks for one day after the other: it says each day how likely the S&P 500 is higher in a week, holds it
 * to that later, and is invested while it is above its 200-day average. See README.md.
 */
import type { Action, BacktestContext, Market, PullAgent } from '@waggle/backtest'
import { decimalToNumber, type Micros } from '@waggle/base'
import type { Bar } from '@waggle/event'

const WEEK: Micros = 7 * 86_400_000_000
const SLOW = 200
/** Smaller changes are not worth a trade. */
const BAND = 0.1

interface Forecast {
  readonly decision: string
  readonly close: bigint
  readonly dueAt: Micros
}

const agent: PullAgent = {
  pull: async (market: Market) => {
    const open: Forecast[] = []
    for (let step = await market.next(); step !== undefined; step = await market.next()) {
      const { observation, context } = step
      const { event } = observation
      if (event.kind !== 'bar') continue
      settle(open, event, context)
      const closes = context.bars(event.instrument, SLOW).map(({ close }) => decimalToNumber(close))
      if (closes.length < SLOW) continue
      const isUp = decimalToNumber(event.close) > closes.reduce((a, b) => a + b) / SLOW
      const decision = context.say(weekAhead(event, isUp, context.now + WEEK))
      open.push({ decision, close: event.close, dueAt: context.now + WEEK })
      invest(event, isUp ? 1 : 0, context)
    }
  },
}

export default agent

/** What came of the forecasts whose week is over: their outcome could not be told before. */
function settle(open: Forecast[], { close }: Bar, context: BacktestContext): void {
  while (open[0] !== undefined && open[0].dueAt <= context.now) {
    const { decision, close: from } = open.shift()!
    const value = decimalToNumber(close) / decimalToNumber(from) - 1
    context.say({ kind: 'outcome', decision, value, success: value > 0, cause: decision })
  }
}

function weekAhead({ instrument, close }: Bar, isUp: boolean, horizonAt: Micros): Action {
  return {
    kind: 'decision',
    action: 'EXPECT_UP',
    instrument,
    context: JSON.stringify({ close: decimalToNumber(close) }),
    reasoning: `${isUp ? 'above' : 'below'} the ${SLOW}-day average`,
    confidence: isUp ? 0.6 : 0.52,
    predicted_outcome: `${instrument} is higher in a week`,
    horizon_at: horizonAt,
  }
}

/** A decision with a quantity is an order: it is filled at the next open. */
function invest({ instrument, close }: Bar, exposure: number, context: BacktestContext): void {
  const quantity = context.quantityFor(instrument, exposure)
  const change = Math.abs(decimalToNumber(quantity) * decimalToNumber(close))
  if (change < BAND * decimalToNumber(context.equity)) return
  context.say({
    kind: 'decision',
    action: exposure > 0 ? 'LONG' : 'FLAT',
    instrument,
    quantity,
    context: '',
    reasoning: 'follow the trend',
    confidence: 0.6,
  })
}
