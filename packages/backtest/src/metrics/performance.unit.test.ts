import { describe, expect, it } from 'vitest'
import { forecastScores } from './forecast-scores.ts'
import { maxDrawdown, underWater } from './drawdown.ts'
import {
  deflatedSharpe,
  normalQuantile,
  normalShare,
  performanceOf,
  returnsOf,
} from './performance.ts'

describe('performance, worked out by hand', () => {
  // Returns 0.10, -0.05, 0.20, -0.10: mean 0.0375, squares from it sum to 0.056875.
  const values = [100, 110, 104.5, 125.4, 112.86]
  const of = performanceOf(values, { periodsPerYear: 4 })
  const deviation = Math.sqrt(0.056875 / 3)

  it('says what was gained, and how surely', () => {
    expect(of.periods).toBe(4)
    expect(of.totalReturn).toBeCloseTo(0.1286, 12)
    expect(of.annualReturn).toBeCloseTo(0.1286, 12)
    expect(of.volatility).toBeCloseTo(deviation * 2, 12)
    expect(of.sharpe).toBeCloseTo((0.0375 / deviation) * 2, 12)
    // Lo 2002: sqrt((1 + SR^2 / 2) / T), of one period, times sqrt(4).
    expect(of.sharpeError).toBeCloseTo(Math.sqrt((1 + (0.0375 / deviation) ** 2 / 2) / 4) * 2, 12)
    // Only losses count: sqrt((0.05^2 + 0.10^2) / 4).
    expect(of.sortino).toBeCloseTo((0.0375 / Math.sqrt(0.0125 / 4)) * 2, 12)
    expect(of.calmar).toBeCloseTo(1.286, 12)
  })

  it('measures against the risk-free return', () => {
    const { sharpe } = performanceOf(values, { periodsPerYear: 4, riskFree: 0.0375 })
    expect(sharpe).toBeCloseTo(0, 12)
  })

  it('has no ratios where nothing varies', () => {
    for (const flat of [[], [1], [1, 1, 1]]) {
      const { totalReturn, sharpe, sharpeError, sortino, calmar } = performanceOf(flat)
      expect([totalReturn, sharpe, sharpeError, sortino, calmar]).toEqual([
        0,
        undefined,
        undefined,
        undefined,
        undefined,
      ])
    }
  })

  it('finds the deepest fall and the longest time under water, which may be another', () => {
    const drawdown = maxDrawdown([100, 99, 98, 99, 100, 120, 60, 120, 121])
    expect(drawdown).toEqual({ depth: 0.5, peak: 5, trough: 6, recovery: 7, longest: 4 })
    expect(maxDrawdown([100, 50, 80])).toEqual({
      depth: 0.5,
      peak: 0,
      trough: 1,
      recovery: undefined,
      longest: 2,
    })
    expect(maxDrawdown([1, 2, 3])).toMatchObject({ depth: 0, longest: 0 })
    expect(underWater([100, 50, 100, 120])).toEqual([0, -0.5, 0, 0])
  })

  it('lowers the odds of skill with every variant that was tried', () => {
    const returns = returnsOf(values)
    const odds = [1, 2, 10, 100].map((trials) => deflatedSharpe(returns, 0.27, trials)!)
    expect(odds).toEqual(odds.toSorted((a, b) => b - a))
    expect(new Set(odds).size).toBe(4)
    // Skew 0 and kurtosis 1 leave 1 in the denominator: the share of the normal below SR * sqrt(T - 1).
    expect(deflatedSharpe([1, -1, 1, -1, 1, -1], 0.5, 1)).toBeCloseTo(
      normalShare(0.5 * Math.sqrt(5)),
      12,
    )
  })

  it('knows the normal distribution', () => {
    expect(normalShare(0)).toBeCloseTo(0.5, 14)
    expect(normalShare(1.959963984540054)).toBeCloseTo(0.975, 12)
    expect(normalShare(-8)).toBeCloseTo(6.22096057427178e-16, 22)
    expect(normalQuantile(0.975)).toBeCloseTo(1.959963984540054, 10)
  })
})

describe('scores of forecasts, worked out by hand', () => {
  const forecast = (confidence: number, success?: boolean) => ({
    decision: 'd',
    by: 'a',
    at: 0,
    instrument: null,
    confidence,
    horizonAt: null,
    cutoff: null,
    contaminated: false,
    ...(success === undefined ? {} : { success }),
  })

  it('are of what was judged', () => {
    const scores = forecastScores([
      forecast(0.9, true),
      forecast(0.95, false),
      forecast(0.5, true),
      forecast(1, true),
      forecast(0.7),
    ])
    expect(scores).toMatchObject({ decisions: 5, judged: 4, hitRate: 0.75 })
    // (0.01 + 0.9025 + 0.25 + 0) / 4
    expect(scores.brier).toBeCloseTo(0.290625, 12)
    expect(scores.calibration).toEqual([
      { above: 0.5, decisions: 1, said: 0.5, came: 1 },
      { above: 0.9, decisions: 3, said: (0.9 + 0.95 + 1) / 3, came: 2 / 3 },
    ])
    expect(scores.calibrationError).toBeCloseTo((0.5 + 3 * (0.95 - 2 / 3)) / 4, 12)
  })

  it('are none where nothing was judged', () => {
    expect(forecastScores([forecast(0.5)])).toMatchObject({ judged: 0, brier: undefined })
  })
})
