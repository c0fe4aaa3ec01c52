import { maxDrawdown, type Drawdown } from './drawdown.ts'

/** How a series of values did. Ratios are undefined where there is nothing to divide by. */
export interface Performance {
  readonly periods: number
  readonly totalReturn: number
  /** Compound growth a year: (1 + total return)^(periods a year / periods) - 1. */
  readonly annualReturn: number
  /** Sample standard deviation of returns, times the root of the periods a year. */
  readonly volatility: number
  readonly maxDrawdown: Drawdown
  /** Mean return above the risk-free one over the sample deviation, times the root of the periods a year (Sharpe 1994, ex post). */
  readonly sharpe: number | undefined
  /** Its standard error for independent returns: sqrt((1 + SR^2 / 2) / T) of one period, annualised (Lo 2002, eq. 9). */
  readonly sharpeError: number | undefined
  /** Probability that the true ratio is above what the best of `trials` variants without skill would show. */
  readonly deflatedSharpe: number | undefined
  /** Mean excess over the root of the mean square of negative excesses, annualised (Sortino and Price 1994). */
  readonly sortino: number | undefined
  /** Annual return over the largest drawdown (Young 1991). */
  readonly calmar: number | undefined
}

export interface PerformanceOptions {
  /** 252 if left out, as for daily values. */
  readonly periodsPerYear?: number
  /** Of one period; 0 if left out. */
  readonly riskFree?: number
  /** Variants that were tried; 1 if left out. */
  readonly trials?: number
}

const TRADING_DAYS = 252

/** Of values of equity, one for each period, the first one before any return. */
export function performanceOf(
  values: readonly number[],
  { periodsPerYear = TRADING_DAYS, riskFree = 0, trials = 1 }: PerformanceOptions = {},
): Performance {
  const returns = returnsOf(values)
  const excess = returns.map((value) => value - riskFree)
  const periods = returns.length
  const root = Math.sqrt(periodsPerYear)
  const totalReturn = periods === 0 ? 0 : values.at(-1)! / values[0]! - 1
  const annualReturn = periods === 0 ? 0 : (1 + totalReturn) ** (periodsPerYear / periods) - 1
  const deviation = deviationOf(excess)
  const ratio = divide(meanOf(excess), deviation)
  const drawdown = maxDrawdown(values)
  const downside = Math.sqrt(meanOf(excess.map((value) => Math.min(0, value) ** 2)))
  const sortino = divide(meanOf(excess), downside)
  return {
    periods,
    totalReturn,
    annualReturn,
    volatility: deviation * root,
    maxDrawdown: drawdown,
    sharpe: times(ratio, root),
    sharpeError: ratio === undefined ? undefined : sharpeError(ratio, periods) * root,
    deflatedSharpe: ratio === undefined ? undefined : deflatedSharpe(excess, ratio, trials),
    sortino: times(sortino, root),
    calmar: divide(annualReturn, drawdown.depth),
  }
}

export function returnsOf(values: readonly number[]): number[] {
  return values.slice(1).map((value, index) => value / values[index]! - 1)
}

export function meanOf(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length
}

/** Of a sample; 0 for less than two values. */
export function deviationOf(values: readonly number[]): number {
  if (values.length < 2) return 0
  const mean = meanOf(values)
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0)
  return Math.sqrt(squares / (values.length - 1))
}

function sharpeError(ratio: number, periods: number): number {
  return Math.sqrt((1 + ratio ** 2 / 2) / periods)
}

const EULER_MASCHERONI = 0.5772156649015329

/**
 * Deflated Sharpe ratio (Bailey and López de Prado 2014, eq. 2 and 9): the probability that the true ratio exceeds the
 * maximum expected of `trials` independent tries without skill, with skewness and kurtosis of the returns. The variance
 * between tries is taken as that of the estimate, 1 / (T - 1). For one try it is the probabilistic Sharpe ratio above 0.
 */
export function deflatedSharpe(
  returns: readonly number[],
  ratio: number,
  trials: number,
): number | undefined {
  const size = returns.length
  if (size < 3) return undefined
  const mean = meanOf(returns)
  const moment = (order: number): number => meanOf(returns.map((value) => (value - mean) ** order))
  const skewness = moment(3) / moment(2) ** 1.5
  const kurtosis = moment(4) / moment(2) ** 2
  const expected =
    trials <= 1
      ? 0
      : Math.sqrt(1 / (size - 1)) *
        ((1 - EULER_MASCHERONI) * normalQuantile(1 - 1 / trials) +
          EULER_MASCHERONI * normalQuantile(1 - 1 / (trials * Math.E)))
  const spread = 1 - skewness * ratio + ((kurtosis - 1) / 4) * ratio ** 2
  return spread <= 0
    ? undefined
    : normalShare(((ratio - expected) * Math.sqrt(size - 1)) / Math.sqrt(spread))
}

/** Distribution function of the standard normal: West 2005, after Hart 1968, to 10^-14. */
export function normalShare(x: number): number {
  const z = Math.abs(x)
  if (z > 37) return x > 0 ? 1 : 0
  const tail = z < 7.07106781186547 ? hart(z) : continuedFraction(z)
  return x > 0 ? 1 - tail : tail
}

const HART_TOP = [
  220.206867912376, 221.213596169931, 112.079291497871, 33.912866078383, 6.37396220353165,
  0.700383064443688, 3.52624965998911e-2,
]
const HART_BOTTOM = [
  440.413735824752, 793.826512519948, 637.333633378831, 296.564248779674, 86.7807322029461,
  16.064177579207, 1.75566716318264, 8.83883476483184e-2,
]

function hart(z: number): number {
  const horner = (terms: readonly number[]): number =>
    terms.reduceRight((sum, term) => sum * z + term, 0)
  return (Math.exp((-z * z) / 2) * horner(HART_TOP)) / horner(HART_BOTTOM)
}

function continuedFraction(z: number): number {
  const below = z + 1 / (z + 2 / (z + 3 / (z + 4 / (z + 0.65))))
  return Math.exp((-z * z) / 2) / below / 2.506628274631
}

/** Its inverse, by bisection to the last bit that matters. */
export function normalQuantile(share: number): number {
  let [low, high] = [-40, 40]
  for (let step = 0; step < 100; step++) {
    const middle = (low + high) / 2
    if (normalShare(middle) < share) low = middle
    else high = middle
  }
  return (low + high) / 2
}

function divide(a: number, b: number): number | undefined {
  return b === 0 || !Number.isFinite(b) ? undefined : a / b
}

function times(a: number | undefined, b: number): number | undefined {
  return a === undefined ? undefined : a * b
}
