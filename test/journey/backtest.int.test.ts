import { describe, expect, it } from 'vitest'
import { backtest, reportJson, type AgentFunction, type BacktestOptions } from '@waggle/backtest'
import { parseDecimal } from '@waggle/base'
import { replayBatches } from '@waggle/replay'
import { SWARM, type MemoryBus } from '../support/memory-bus.ts'
import {
  DAY,
  FIRST_DAY,
  recordBars,
  recordedBars,
  sourceOf,
  walk,
} from '../support/recorded-bars.ts'

const money = (text: string): bigint => parseDecimal(text)!

const decide = { kind: 'decision', context: '', reasoning: 'test', confidence: 0.6 } as const
const buy = (quantity: string, more: object = {}) =>
  ({ ...decide, action: 'BUY', instrument: 'SPX', quantity: money(quantity), ...more }) as const

/** Above its 10-day mean: all in; below: out. */
const trend: AgentFunction = (_observation, context) => {
  const bars = context.bars('SPX', 10)
  if (bars.length < 10) return []
  const mean = bars.reduce((sum, { close }) => sum + close, 0n) / 10n
  const quantity = context.quantityFor('SPX', bars.at(-1)!.close > mean ? 1 : 0)
  return quantity === 0n ? [] : [{ ...buy('1'), quantity }]
}

const optionsOf = (bus: MemoryBus, more: Partial<BacktestOptions> = {}): BacktestOptions => ({
  source: sourceOf(bus),
  target: bus,
  agent: trend,
  from: FIRST_DAY,
  to: FIRST_DAY + 10_000 * DAY,
  ...more,
})

describe('a backtest', () => {
  it('fills what is decided at a close at the next open, and values it at each close', async () => {
    const bus = await recordedBars([
      { open: 10, close: 11 },
      { open: 12, close: 13 },
      { open: 14, close: 15 },
    ])
    let asked = 0
    const report = await backtest(
      optionsOf(bus, { agent: () => (asked++ === 0 ? [buy('100')] : []), cash: money('2000') }),
    )
    expect(report.fills).toMatchObject([
      { at: FIRST_DAY + DAY, quantity: money('100'), price: money('12'), fee: 0n },
    ])
    // 2000, then 2000 - 100 * 12 + 100 * 13, then with 15.
    expect(report.curve.equity).toEqual(['2000', '2000', '2100', '2300'].map(money))
    expect(report.instruments).toMatchObject([{ pnl: money('300'), position: money('100') }])
  })

  it('takes commission, spread and slippage from every fill, and borrow fees from shorts', async () => {
    const bus = await recordedBars([
      { open: 100, close: 100 },
      { open: 100, close: 100 },
      { open: 100, close: 100 },
    ])
    let asked = 0
    const report = await backtest(
      optionsOf(bus, {
        agent: () => (asked++ === 0 ? [buy('-10')] : []),
        cash: money('10000'),
        costs: {
          commissionBps: 10,
          commissionPerUnit: money('0.01'),
          spreadBps: 20,
          slippage: { model: 'fixed', bps: 10 },
          borrowBps: 365,
        },
      }),
    )
    // Sold at 100 less 10 bps of half the spread and 10 bps of slippage: 99.8. Fee: 0.998 + 0.10.
    expect(report.fills).toMatchObject([{ price: money('99.8'), fee: money('1.098') }])
    // A day of 3.65 % a year on a value of 1000 is 0.1.
    expect(report.trading.borrowFees).toBe(money('0.1'))
    expect(report.curve.equity.at(-1)).toBe(
      money('10000') - money('2') - money('1.098') - money('0.1'),
    )
  })

  it('says all it says under its own run, and leaves what was recorded as it was', async () => {
    const bus = await recordedBars(walk(60))
    const live = async () => {
      const events = []
      for await (const batch of replayBatches({ log: bus.log, codec: bus.codec, run: null }))
        events.push(...batch)
      return events
    }
    const before = await live()
    const report = await backtest(optionsOf(bus, { run: 'trial-1' }))
    expect(await live()).toEqual(before)
    const kinds: Record<string, number> = {}
    for await (const batch of replayBatches({ log: bus.log, codec: bus.codec, run: 'trial-1' }))
      for (const { event, late } of batch) {
        expect([event.swarm, late]).toEqual([SWARM, false])
        kinds[event.kind] = (kinds[event.kind] ?? 0) + 1
      }
    expect(kinds['fill']).toBe(report.fills.length)
    expect(report.fills.length).toBeGreaterThan(3)
    expect(report.said.events).toBe(kinds['fill']! + kinds['decision']!)
    await expect(backtest(optionsOf(bus, { run: 'trial-1' }))).rejects.toMatchObject({
      code: 'INPUT_INVALID',
      field: 'run',
    })
  })

  it.each([null, 'another'])('refuses what an agent says in run %s', async (run) => {
    const bus = await recordedBars(walk(3))
    const agent: AgentFunction = () => [buy('1', { run })]
    await expect(backtest(optionsOf(bus, { agent }))).rejects.toMatchObject({
      code: 'INPUT_INVALID',
      field: 'run',
    })
  })

  it('gives the same report to the byte for the same log, and another for another seed', async () => {
    const noisy: AgentFunction = (_observation, { random }) =>
      random.next() < 0.3 ? [buy(String(Math.round(Math.random() * 20) - 10))] : []
    const run = async (seed: number) =>
      reportJson(await backtest(optionsOf(await recordedBars(walk(80)), { agent: noisy, seed })))
    const first = await run(7)
    expect(await run(7)).toBe(first)
    expect(await run(8)).not.toBe(first)
  })

  it('does not change when more is recorded later', async () => {
    const short = await recordedBars(walk(40))
    const long = await recordedBars(walk(40))
    await recordBars(long, walk(20, 9), FIRST_DAY + 40 * DAY)
    const to = FIRST_DAY + 39 * DAY
    const reports = await Promise.all([short, long].map((bus) => backtest(optionsOf(bus, { to }))))
    expect(reportJson(reports[1]!)).toBe(reportJson(reports[0]!))
  })

  it('asks the agent from the first day on, and lets it read what was known before', async () => {
    const bus = await recordedBars(walk(30))
    const seen: number[] = []
    const from = FIRST_DAY + 20 * DAY
    const report = await backtest(
      optionsOf(bus, {
        from,
        agent: ({ knownFrom }, context) =>
          void seen.push(knownFrom, context.bars('SPX', 100).length),
      }),
    )
    expect(seen.slice(0, 2)).toEqual([from, 21])
    expect(report.observed).toMatchObject({ events: 30, steps: 10 })
  })

  it('lets an agent ask for what comes next itself', async () => {
    const bus = await recordedBars(walk(10))
    const prices: bigint[] = []
    const report = await backtest(
      optionsOf(bus, {
        agent: {
          pull: async (market) => {
            for (let step = await market.next(); step !== undefined; step = await market.next()) {
              const { observation, context } = step
              if (observation.event.kind === 'bar') prices.push(observation.event.close)
              if (prices.length === 3) context.say(buy('5'))
            }
          },
        },
      }),
    )
    expect(prices).toHaveLength(10)
    expect(report.fills).toMatchObject([{ at: FIRST_DAY + 3 * DAY, quantity: money('5') }])
  })

  it('counts decisions whose model may have read the future, and scores the others apart', async () => {
    const bus = await recordedBars(walk(10))
    const cutoff = FIRST_DAY + 4 * DAY
    const agent: AgentFunction = (_observation, context) => {
      const past = context.now < cutoff
      const decision = context.say(
        buy('0', { confidence: past ? 1 : 0.5, horizon_at: context.now }),
      )
      return [{ kind: 'outcome', decision, value: 0, success: past || context.now > cutoff + DAY }]
    }
    const { contamination, forecasts } = await backtest(
      optionsOf(bus, { agent, modelCutoff: cutoff }),
    )
    expect(contamination).toMatchObject({ decisions: 10, contaminated: 4, latestCutoff: cutoff })
    expect(forecasts.hitRate).toBeCloseTo(0.8)
    expect(contamination.clean.forecasts).toMatchObject({ judged: 6, brier: 0.25 })
    expect(contamination.clean.forecasts.hitRate).toBeCloseTo(4 / 6)
    expect(contamination.clean.performance?.periods).toBe(4)
  })
})
