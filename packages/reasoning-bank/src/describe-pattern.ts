import type { Micros } from '@waggle/base'
import type { Position } from '@waggle/event'
import type { BankConfig } from './bank-config.ts'
import { meanInterval, rateInterval, type Interval } from './intervals.ts'
import type { Learned } from './learned.ts'
import type { Lesson, PatternState } from './pattern-state.ts'
import { brierScore, logScore, mean } from './scores.ts'

/** A lesson with where its events stand. */
export interface Evidence {
  readonly decision: string
  readonly decisionPosition: Position
  /** Missing where the outcome never came. */
  readonly outcome: string | undefined
  readonly outcomePosition: Position | undefined
  /** From here on it counted. */
  readonly at: Micros
  readonly net: number
  readonly success: boolean
}

/** What realised outcomes say of a pattern. */
export interface PatternFacts {
  /** Lessons that do not overlap: all inference rests on them. */
  readonly samples: number
  readonly successes: number
  readonly success: Interval
  /** After costs, cut at the bound of the configuration. */
  readonly meanReturn: number
  readonly returns: Interval
  readonly brier: number | null
  readonly logScore: number | null
  /** Trials whose outcome was overdue. */
  readonly missing: number
  /** Domains in which the same situation and action is promoted by its own test. */
  readonly sharedWith: readonly string[]
  /** First and newest lessons. */
  readonly evidence: readonly Evidence[]
}

const EVIDENCE_FIRST = 4
const EVIDENCE_NEWEST = 8

export function describePattern(
  pattern: PatternState,
  { twins }: Learned,
  config: BankConfig,
): PatternFacts {
  const name = JSON.stringify([pattern.situation, pattern.action])
  return {
    ...lessonFacts(pattern, config),
    missing: pattern.missing,
    sharedWith: (twins.get(name) ?? [])
      .filter((twin) => twin !== pattern && twin.status === 'PROMOTED')
      .map(({ domain }) => domain)
      .sort(),
  }
}

type LessonFacts = Omit<PatternFacts, 'missing' | 'sharedWith'>

/** By pattern, as of its last lesson: a pattern belongs to one bank, so to one configuration. */
const known = new WeakMap<PatternState, LessonFacts>()

/** Worked out once per lesson: ranking asks for it again and again. */
export function lessonFacts(pattern: PatternState, config: BankConfig): LessonFacts {
  const last = known.get(pattern)
  if (last?.samples === pattern.lessons.length) return last
  const { lessons, successes, netSum } = pattern
  const returns = lessons.map(({ net }) => net)
  const came = lessons.filter(({ result }) => result !== undefined)
  const score = (of: (confidence: number, success: boolean) => number): number | null =>
    came.length === 0 ? null : mean(came.map(({ trial, success }) => of(trial.confidence, success)))
  const facts = {
    samples: lessons.length,
    successes,
    success: rateInterval(successes, lessons.length, config.error),
    meanReturn: lessons.length === 0 ? 0 : netSum / lessons.length,
    returns: meanInterval(returns, config.returnBound, config.error),
    brier: score(brierScore),
    logScore: score(logScore),
    evidence: evidenceOf(lessons),
  }
  known.set(pattern, facts)
  return facts
}

function evidenceOf(lessons: readonly Lesson[]): Evidence[] {
  const first = lessons.slice(0, EVIDENCE_FIRST)
  const newest = lessons.slice(Math.max(EVIDENCE_FIRST, lessons.length - EVIDENCE_NEWEST))
  return [...first, ...newest].map(evidenceOfLesson)
}

export function evidenceOfLesson({ trial, result, at, net, success }: Lesson): Evidence {
  return {
    decision: trial.id,
    decisionPosition: trial.position,
    outcome: result?.id,
    outcomePosition: result?.position,
    at,
    net,
    success,
  }
}
