import { setImmediate } from 'node:timers/promises'
import type { Micros } from '@waggle/base'
import type { BankConfig } from './bank-config.ts'
import type { Learned } from './learned.ts'
import { brierScore, mean } from './scores.ts'
import { learnedAsOf, type SwarmBank } from './swarm-bank.ts'

/** What had been learned by a time. */
export interface LearningPoint {
  readonly at: Micros
  /** Decisions judged by their outcomes. */
  readonly lessons: number
  /** Patterns with this status. */
  readonly promoted: number
  readonly demoted: number
  readonly brier: number | null
  readonly meanReturn: number | null
}

const POINTS_MOST = 32
const HOUR: Micros = 3_600_000_000

interface Kept {
  readonly compensations: number
  readonly points: Map<Micros, LearningPoint>
}

/** Points do not change once what follows has been taken, unless somebody is distrusted or erased. */
const keptOf = new WeakMap<SwarmBank, Kept>()

/**
 * How learning went on, oldest first: at most 32 times on a grid that stays as more is learned, then now. Costs one
 * pass over everything learned at first, later what is new.
 */
export async function learningOf(bank: SwarmBank, config: BankConfig): Promise<LearningPoint[]> {
  const [first] = bank.journal
  if (first === undefined) return []
  const kept = keptFor(bank)
  const now = bank.takenAt
  const points: LearningPoint[] = []
  for (const at of gridBetween(first.at, now)) {
    let point = kept.points.get(at)
    if (point === undefined) {
      point = pointOf(learnedAsOf(bank, at, config), at)
      kept.points.set(at, point)
      await setImmediate()
    }
    points.push(point)
  }
  return [...points, pointOf(bank.learned, now)]
}

function keptFor(bank: SwarmBank): Kept {
  const compensations = bank.compensations.length
  const known = keptOf.get(bank)
  if (known?.compensations === compensations) return known
  const kept = { compensations, points: new Map<Micros, LearningPoint>() }
  keptOf.set(bank, kept)
  return kept
}

/** Multiples of an hour times a power of two, after `first` and before `last`. */
export function gridBetween(first: Micros, last: Micros): Micros[] {
  let step = HOUR
  while ((last - first) / step > POINTS_MOST - 2) step *= 2
  const times: Micros[] = []
  for (let at = Math.ceil(first / step) * step; at < last; at += step) times.push(at)
  return times
}

function pointOf({ judged, patterns }: Learned, at: Micros): LearningPoint {
  const statuses = [...patterns.values()].map(({ status }) => status)
  const ofAll = (values: readonly number[]): number | null =>
    values.length === 0 ? null : mean(values)
  return {
    at,
    lessons: judged.length,
    promoted: statuses.filter((status) => status === 'PROMOTED').length,
    demoted: statuses.filter((status) => status === 'DEMOTED').length,
    brier: ofAll(judged.map(({ confidence, success }) => brierScore(confidence, success))),
    meanReturn: ofAll(judged.map(({ net }) => net)),
  }
}
