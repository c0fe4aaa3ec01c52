/** How a series of daily values did. */
export interface Performance {
  readonly totalReturn: number
  /** Compound growth a year of 252 trading days. */
  readonly yearlyReturn: number
  /** Largest loss from a peak, 0 to 1. */
  readonly maxDrawdown: number
  /** Mean over standard deviation of daily returns, times sqrt(252), no risk-free rate (Sharpe 1994). */
  readonly sharpe: number
}

const TRADING_DAYS = 252

export function performanceOf(values: readonly number[]): Performance {
  const first = values[0] ?? 1
  const last = values.at(-1) ?? first
  const returns = values.slice(1).map((value, index) => value / values[index]! - 1)
  const mean = returns.reduce((sum, value) => sum + value, 0) / Math.max(1, returns.length)
  const variance =
    returns.reduce((sum, value) => sum + (value - mean) ** 2, 0) / Math.max(1, returns.length - 1)
  let peak = first
  let maxDrawdown = 0
  for (const value of values) {
    peak = Math.max(peak, value)
    maxDrawdown = Math.max(maxDrawdown, 1 - value / peak)
  }
  return {
    totalReturn: last / first - 1,
    yearlyReturn: returns.length === 0 ? 0 : (last / first) ** (TRADING_DAYS / returns.length) - 1,
    maxDrawdown,
    sharpe: variance === 0 ? 0 : (mean / Math.sqrt(variance)) * Math.sqrt(TRADING_DAYS),
  }
}
