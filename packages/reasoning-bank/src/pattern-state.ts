import type { Micros } from '@waggle/base'
import { derivedId, type PatternStatus } from '@waggle/event'
import type { Drift } from './drift.ts'
import { newWealth, type Wealth } from './stakes.ts'
import type { Result, Trial } from './trajectory.ts'

/** What became of a trial. A trial whose outcome never came has no result. */
export interface Lesson {
  readonly trial: Trial
  readonly result: Result | undefined
  /** From here on it counts. */
  readonly at: Micros
  /** Return after costs, cut at the bound. */
  readonly net: number
  readonly success: boolean
}

/** A pattern while it is tested: what it was found on, and what has to be exceeded. */
export interface Hypothesis {
  readonly number: number
  readonly foundAt: Micros
  /** Only decisions made later test it: when it was found, plus the longest horizon it was found on. */
  readonly embargoUntil: Micros
  /** Lessons before this one found it. */
  readonly firstLesson: number
  /** Logarithm of the wealth when it was found; stakes that did well until then start with more of it. */
  readonly logWealth: number
  /** Logarithm of the evidence since. */
  logEvidence: number
  /** Lessons that tested it, and the sum of their returns. */
  tested: number
  testedNet: number
}

/**
 * An action in a situation. Inference rests on lessons that do not overlap: one trial at a time has the seat, taken
 * when it is decided and left when its outcome is known, so that each bet is made before anything is known of
 * what it is about, and no lesson is chosen by how it ended.
 */
export interface PatternState {
  readonly id: string
  readonly domain: string
  readonly situation: string
  readonly action: string
  status: PatternStatus | 'OBSERVED'
  readonly lessons: Lesson[]
  successes: number
  netSum: number
  missing: number
  /** The trial in the seat, and when its outcome is overdue. */
  seat: { readonly trial: Trial; readonly overdueAt: Micros } | undefined
  /** Decisions up to here may share returns with the last lesson: its horizon over again is left out. */
  restUntil: Micros
  /** Lessons before this one are not looked at to find it again. */
  screenFrom: number
  wealth: Wealth
  hypothesis: Hypothesis | undefined
  drift: Drift | undefined
  /** Longest time from a decision to its outcome. */
  longest: Micros
  /** When and why the status last changed. */
  changedAt: Micros
  reason: string
}

/** A change of status, to be said. */
export interface Change {
  readonly pattern: PatternState
  readonly status: PatternStatus
  readonly reason: string
  readonly evidence: number
  readonly level: number
}

export function patternId(domain: string, situation: string, action: string): string {
  return derivedId(JSON.stringify(['pattern', domain, situation, action]))
}

export function newPattern(domain: string, situation: string, action: string): PatternState {
  return {
    id: patternId(domain, situation, action),
    domain,
    situation,
    action,
    status: 'OBSERVED',
    lessons: [],
    successes: 0,
    netSum: 0,
    missing: 0,
    seat: undefined,
    restUntil: -Infinity,
    screenFrom: 0,
    wealth: newWealth(),
    hypothesis: undefined,
    drift: undefined,
    longest: 0,
    changedAt: 0,
    reason: '',
  }
}
