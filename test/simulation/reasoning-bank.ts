import type { BankConfig, PatternState } from '@waggle/reasoning-bank'
import {
  byEvidence,
  byRateNow,
  bySuccessRate,
  byUseCount,
  heldOut,
  isTrue,
  learnWorld,
  overSeeds,
  worldOf,
  type Noise,
  type Promotes,
  type Share,
} from '../support/bank-world.ts'

export const COSTS = 0.001
export const RULES: Readonly<Record<string, Promotes>> = {
  'reasoning bank': byEvidence,
  'use-count >= 3, quality >= 0.6': byUseCount,
  'success rate >= 0.55 of 20, once': bySuccessRate,
  'success rate >= 0.55 of 20, now': byRateNow,
}

export interface NoiseResult {
  readonly noise: Noise
  /** Share of worlds without anything to find in which a rule promotes something; one for each rule. */
  readonly promoting: readonly Share[]
}

/** Worlds without any edge, and without costs, which would make every pattern a losing one. */
export function noiseWorlds(noise: Noise, seeds: readonly number[], bars: number): NoiseResult {
  const promoting = Object.keys(RULES).map((): number[] => [])
  for (const seed of seeds) {
    const { patterns, promotions } = learnWorld(worldOf({ seed, bars, features: 8, noise }), {
      costBps: 0,
    })
    Object.values(RULES).forEach((promotes, rule) => {
      const any = [...patterns.values()].some(promotes)
      // What was promoted and demoted again counts as well.
      promoting[rule]!.push(any || (promotes === byEvidence && promotions > 0) ? 1 : 0)
    })
  }
  return { noise, promoting: promoting.map(overSeeds) }
}

export interface EdgeResult {
  readonly rule: string
  /** Mean loss against knowing the truth on bars that nothing was learned on, in basis points a bar. */
  readonly regret: Share
  /** The same less that of the bank in the same world. */
  readonly moreThanBank: Share
  /** Whether the planted pattern was promoted. */
  readonly power: Share
  /** Share of promotions that earn nothing. */
  readonly falseShare: Share
}

/** Worlds where going long pays while the first feature is in its upper third. */
export function edgeWorlds(
  edge: number,
  noise: Noise,
  seeds: readonly number[],
  bars: number,
): EdgeResult[] {
  const rows = Object.keys(RULES).map((rule) => ({
    rule,
    regret: [] as number[],
    power: [] as number[],
    falseShare: [] as number[],
  }))
  for (const seed of seeds) {
    const all = worldOf({ seed, bars: bars + 1000, features: 8, noise, edge: () => edge })
    const { patterns } = learnWorld(all.slice(0, bars))
    Object.values(RULES).forEach((promotes, rule) => {
      const promoted = [...patterns.values()].filter(promotes)
      const { gained, possible } = heldOut(all.slice(bars), promoted, COSTS)
      const wrong = promoted.filter((pattern) => !isTrue(pattern, edge, COSTS))
      rows[rule]!.regret.push((possible - gained) * 10_000)
      rows[rule]!.power.push(promoted.some(isPlanted) ? 1 : 0)
      rows[rule]!.falseShare.push(wrong.length / Math.max(1, promoted.length))
    })
  }
  return rows.map(({ rule, regret, power, falseShare }) => ({
    rule,
    regret: overSeeds(regret),
    moreThanBank: overSeeds(regret.map((value, world) => value - rows[0]!.regret[world]!)),
    power: overSeeds(power),
    falseShare: overSeeds(falseShare),
  }))
}

function isPlanted({ situation, action }: PatternState): boolean {
  return situation === 'f0=high' && action === 'LONG'
}

/** Lessons of the planted pattern from the end of its edge, which turns round, to its demotion; Infinity if never. */
export function demotionDelays(
  edge: number,
  seeds: readonly number[],
  bars: number,
  config: Partial<BankConfig> = {},
): { delays: number[]; early: number; promoted: number } {
  const delays: number[] = []
  let [early, promoted] = [0, 0]
  for (const seed of seeds) {
    const turn = (bar: number): number => (bar < bars ? edge : -edge)
    const all = worldOf({ seed, bars: 2 * bars, features: 4, noise: 'heavy', edge: turn })
    const before = learnWorld(all.slice(0, bars), config)
    const planted = [...before.patterns.values()].find(isPlanted)
    if (planted?.status !== 'PROMOTED') {
      if (planted !== undefined && /drift/.test(planted.reason)) early++
      continue
    }
    promoted++
    const lessons = planted.lessons.length
    let delay = Infinity
    for (const bar of all.slice(bars)) {
      learnWorld([bar], config, before)
      // Read anew: learning changes it in place.
      if ((planted.status as string) === 'PROMOTED') continue
      delay = planted.lessons.length - lessons
      break
    }
    delays.push(delay)
  }
  return { delays, early, promoted }
}
