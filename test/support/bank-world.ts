import { seededRandom, type Random } from '@waggle/base'
import {
  DEFAULT_BANK,
  emptyLearned,
  learn,
  type BankConfig,
  type Input,
  type Learned,
  type PatternState,
  type Result,
  type Trial,
} from '@waggle/reasoning-bank'

export type Noise = 'normal' | 'heavy' | 'autocorrelated' | 'clustered' | 'skewed'

/** A market of features and returns, drawn from a seed; one decision a bar, long or short by chance. */
export interface WorldOptions {
  readonly seed: number
  readonly bars: number
  readonly features: number
  readonly noise: Noise
  /** Mean return, before costs, of going long where the first feature is in its upper third. */
  readonly edge?: (bar: number) => number
}

export interface Bar {
  readonly trial: Trial
  readonly result: Result
  /** Expected return of the decision before costs. */
  readonly expected: number
}

const BAR = 60_000_000
const START = Date.UTC(2020, 0, 1) * 1000
/** Standard deviation of a bar's return, whatever the noise. */
export const VOLATILITY = 0.02
/** Upper third of a standard normal. */
const UPPER_THIRD = 0.4307

export function worldOf({ seed, bars, features, noise, edge = () => 0 }: WorldOptions): Bar[] {
  const random = seededRandom(seed)
  const next = noiseOf(random, noise)
  return Array.from({ length: bars }, (_, bar) => {
    const values = Array.from({ length: features }, () => normal(random))
    const long = random.next() < 0.5
    const drift = values[0]! > UPPER_THIRD ? edge(bar) : 0
    const value = drift + VOLATILITY * next()
    const at = START + bar * BAR
    const gain = long ? value : -value
    const place = { agent: 'a', subject: null, position: { topic: 't', partition: 0, offset: 0n } }
    const input: Input = {
      ...place,
      kind: 'input',
      id: `input-${bar}`,
      at,
      signal: false,
      domain: 'market',
      instrument: null,
      features: Object.fromEntries(values.map((of, index) => [`f${index}`, of])),
      text: '',
    }
    return {
      expected: long ? drift : -drift,
      trial: {
        ...place,
        kind: 'trial',
        id: `trial-${bar}`,
        at: at + 1,
        action: long ? 'LONG' : 'SHORT',
        instrument: null,
        confidence: 0.55,
        predicted: long ? 0.001 : -0.001,
        horizonAt: at + BAR,
        inputs: [input],
      },
      result: {
        ...place,
        kind: 'result',
        id: `result-${bar}`,
        at: at + BAR,
        decision: `trial-${bar}`,
        value,
        success: gain > 0,
      },
    }
  })
}

export function learnWorld(
  bars: readonly Bar[],
  config: Partial<BankConfig> = {},
  learned: Learned = emptyLearned(),
): Learned {
  const full = { ...DEFAULT_BANK, ...config }
  for (const { trial, result } of bars) {
    learn(learned, trial, () => true, full)
    learn(learned, result, () => true, full)
  }
  return learned
}

export type Promotes = (pattern: PatternState) => boolean

/** Three uses and a good share of successes, once and for all. */
export const byUseCount: Promotes = ({ lessons }) => latched(lessons, 3, 0.6)
/** Twenty uses and more successes than failures by a margin, once and for all. */
export const bySuccessRate: Promotes = ({ lessons }) => latched(lessons, 20, 0.55)
/** The same as it stands now, which forgives early luck. */
export const byRateNow: Promotes = ({ lessons, successes }) =>
  lessons.length >= 20 && successes / lessons.length >= 0.55
export const byEvidence: Promotes = ({ status }) => status === 'PROMOTED'

function latched(lessons: PatternState['lessons'], least: number, share: number): boolean {
  let successes = 0
  return lessons.some(({ success }, index) => {
    if (success) successes++
    return index + 1 >= least && successes / (index + 1) >= share
  })
}

/** Whether a pattern earns anything after costs, by how the world is made: only going long can, save in other thirds. */
export function isTrue({ situation, action }: PatternState, edge: number, costs: number): boolean {
  if (action !== 'LONG' || situation === 'f0=low' || situation === 'f0=mid') return false
  return (situation === 'f0=high' ? edge : edge / 3) > costs
}

/** Mean expected return after costs of acting on promoted patterns alone, and of knowing the truth; per bar. */
export function heldOut(
  bars: readonly Bar[],
  promoted: readonly PatternState[],
  costs: number,
): { gained: number; possible: number } {
  const acting = new Set(promoted.map(({ situation, action }) => `${situation}/${action}`))
  let [gained, possible] = [0, 0]
  for (const { trial, expected } of bars) {
    const net = expected - costs
    possible += Math.max(0, net)
    const traits = ['any', ...traitsOf(trial)]
    if (traits.some((trait) => acting.has(`${trait}/${trial.action}`))) gained += net
  }
  return { gained: gained / bars.length, possible: possible / bars.length }
}

function traitsOf({ inputs }: Trial): string[] {
  return Object.entries(inputs[0]!.features).map(([name, value]) => {
    const third = value > UPPER_THIRD ? 'high' : value < -UPPER_THIRD ? 'low' : 'mid'
    return `${name}=${third}`
  })
}

export function normal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next())
}

/** Noise of mean 0 and, about, variance 1. */
function noiseOf(random: Random, noise: Noise): () => number {
  let [last, variance] = [0, 1]
  switch (noise) {
    case 'normal':
      return () => normal(random)
    case 'heavy':
      // Student's t with 3 degrees of freedom has variance 3.
      return () => {
        const chi = Array.from({ length: 3 }, () => normal(random) ** 2).reduce((a, b) => a + b)
        return normal(random) / Math.sqrt(chi / 3) / Math.sqrt(3)
      }
    case 'skewed':
      // Four small gains, then a loss that takes them: successes say nothing about returns.
      return () => (random.next() < 0.8 ? 0.5 : -2)
    case 'autocorrelated':
      return () => (last = 0.3 * last + Math.sqrt(1 - 0.09) * normal(random))
    case 'clustered':
      // GARCH(1, 1).
      return () => {
        variance = 0.05 + 0.1 * last ** 2 + 0.85 * variance
        return (last = Math.sqrt(variance) * normal(random))
      }
  }
}

export interface Share {
  readonly mean: number
  readonly low: number
  readonly high: number
}

/** Mean with a 95 % interval over seeds: percentile bootstrap (Efron 1979), from a seed of its own. */
export function overSeeds(values: readonly number[]): Share {
  const random = seededRandom(values.length)
  const mean = (of: readonly number[]): number => of.reduce((sum, one) => sum + one, 0) / of.length
  const means = Array.from({ length: 1000 }, () =>
    mean(values.map(() => values[Math.floor(random.next() * values.length)]!)),
  ).sort((a, b) => a - b)
  return { mean: mean(values), low: means[25]!, high: means[974]! }
}
