import type { Micros } from '@waggle/base'
import { type BankConfig } from './bank-config.ts'
import { newPattern, type Change, type Lesson, type PatternState } from './pattern-state.ts'
import { netReturn, type Judged } from './scores.ts'
import { settleLesson, shareWithTwins } from './settle-lesson.ts'
import { learnState, pastOf, stateOf, type Experience } from './situation.ts'
import type { Input, Result, Trial } from './trajectory.ts'

/** A decision with its outcome, for calibration: every one, whether it tests a pattern or not. */
export interface JudgedTrial extends Judged {
  readonly at: Micros
  readonly agent: string
  readonly net: number
  readonly lesson: Lesson
}

/** Outcomes that are no verdict, by why. */
export interface Refused {
  /** No decision of that id was known before it: what is decided afterwards is no prediction. */
  unknown: number
  /** The decision has its outcome. */
  second: number
  /** Known before the decision's horizon. */
  early: number
  /** Said by someone whose outcomes do not count. */
  reporter: number
}

/** All that is learned of one swarm's run: a fold of its trials and results in known order. */
export interface Learned {
  readonly experience: Experience
  readonly patterns: Map<string, PatternState>
  /** The same by what they are made of, which is found without hashing. */
  readonly byName: Map<string, PatternState>
  /** Patterns of the same situation and action in other domains. */
  readonly twins: Map<string, PatternState[]>
  /** Trials without an outcome. */
  readonly open: Map<string, Trial>
  /** Patterns in which a trial has the seat. */
  readonly seated: Map<string, PatternState[]>
  readonly closed: Set<string>
  readonly judged: JudgedTrial[]
  readonly refused: Refused
  /** Hypotheses and promotions so far: what the next level depends on. */
  hypotheses: number
  promotions: number
}

const HOUR: Micros = 3_600_000_000

export function emptyLearned(): Learned {
  return {
    experience: new Map(),
    patterns: new Map(),
    byName: new Map(),
    twins: new Map(),
    open: new Map(),
    seated: new Map(),
    closed: new Set(),
    judged: [],
    refused: { unknown: 0, second: 0, early: 0, reporter: 0 },
    hypotheses: 0,
    promotions: 0,
  }
}

export type Counts = (entry: Input | Trial | Result) => boolean

/** Takes the next entry in place; `counts` says whose word counts. Returns what is to be said. */
export function learn(
  learned: Learned,
  entry: Trial | Result,
  counts: Counts,
  config: BankConfig,
): Change[] {
  if (entry.kind === 'result') return takeResult(learned, entry, counts, config)
  return counts(entry) ? takeTrial(learned, entry, counts, config) : []
}

function takeTrial(learned: Learned, trial: Trial, counts: Counts, config: BankConfig): Change[] {
  if (learned.open.has(trial.id) || learned.closed.has(trial.id)) return []
  learned.open.set(trial.id, trial)
  const { experience } = learned
  const state = stateOf(trial, counts)
  const situations = config.situation(state, pastOf(experience, state.domain), trial.at)
  learnState(experience, state)
  if (trial.horizonAt === null) return []
  const horizon = Math.max(trial.horizonAt - trial.at, 0)
  const seat = { trial, overdueAt: trial.at + horizon + Math.max(horizon, HOUR) }
  const changes: Change[] = []
  const seats: PatternState[] = []
  for (const situation of new Set(situations)) {
    const pattern = patternOf(learned, state.domain, situation, trial.action, trial.at, changes)
    changes.push(...endOverdue(learned, pattern, trial.at, config))
    if (pattern.seat !== undefined || trial.at <= pattern.restUntil) continue
    pattern.seat = seat
    seats.push(pattern)
  }
  learned.seated.set(trial.id, seats)
  return changes
}

function patternOf(
  learned: Learned,
  domain: string,
  situation: string,
  action: string,
  at: Micros,
  changes: Change[],
): PatternState {
  const fullName = `${domain}\u0000${situation}\u0000${action}`
  const known = learned.byName.get(fullName)
  if (known !== undefined) return known
  const pattern = newPattern(domain, situation, action)
  learned.byName.set(fullName, pattern)
  learned.patterns.set(pattern.id, pattern)
  const name = JSON.stringify([situation, action])
  const twins = learned.twins.get(name) ?? []
  twins.push(pattern)
  learned.twins.set(name, twins)
  const promoted = twins.find(({ status }) => status === 'PROMOTED')
  if (promoted !== undefined) changes.push(...shareWithTwins(learned, promoted, at))
  return pattern
}

function endOverdue(
  learned: Learned,
  pattern: PatternState,
  at: Micros,
  config: BankConfig,
): Change[] {
  const { seat } = pattern
  if (seat === undefined || at <= seat.overdueAt) return []
  leave(learned, pattern)
  pattern.missing++
  if (config.missing === 'ignored') return []
  const net = -config.returnBound
  const { trial } = seat
  return settleLesson(
    learned,
    pattern,
    { trial, result: undefined, at, net, success: false },
    config,
  )
}

function takeResult(
  learned: Learned,
  result: Result,
  counts: Counts,
  config: BankConfig,
): Change[] {
  const trial = learned.open.get(result.decision)
  const refusal = refusalOf(learned, trial, result, config)
  if (refusal !== undefined) learned.refused[refusal]++
  if (trial === undefined || refusal !== undefined) return []
  const seats = learned.seated.get(trial.id) ?? []
  learned.seated.delete(trial.id)
  for (const pattern of seats) pattern.seat = undefined
  // Whose word does not count leaves no lesson; nor does the trial then look as if its outcome were kept quiet.
  if (!counts(result)) return []
  learned.open.delete(trial.id)
  learned.closed.add(trial.id)
  const lesson = lessonOf(trial, result, config)
  const { agent, confidence } = trial
  const { at, net, success } = lesson
  learned.judged.push({ at, agent, confidence, success, net, lesson })
  return seats.flatMap((pattern) => settleLesson(learned, pattern, lesson, config))
}

function refusalOf(
  { closed }: Learned,
  trial: Trial | undefined,
  { decision, at, agent }: Result,
  { reporters }: BankConfig,
): keyof Refused | undefined {
  if (trial === undefined) return closed.has(decision) ? 'second' : 'unknown'
  if (trial.horizonAt !== null && at < trial.horizonAt) return 'early'
  if (reporters === 'anyone') return undefined
  const heard = reporters === 'others' ? agent !== trial.agent : reporters.includes(agent)
  return heard ? undefined : 'reporter'
}

function lessonOf(trial: Trial, result: Result, config: BankConfig): Lesson {
  const { costBps, costBpsByInstrument, returnBound } = config
  const costs = costBpsByInstrument[trial.instrument ?? ''] ?? costBps
  const net = netReturn(result.value, trial.predicted, costs)
  return {
    trial,
    result,
    at: result.at,
    net: Math.min(returnBound, Math.max(-returnBound, net)),
    success: result.success,
  }
}

/** A trial whose outcome is overdue leaves its seat in one pattern; in the others it is still waited for. */
function leave({ seated }: Learned, pattern: PatternState): void {
  const { id } = pattern.seat!.trial
  pattern.seat = undefined
  const left = (seated.get(id) ?? []).filter((other) => other !== pattern)
  if (left.length === 0) seated.delete(id)
  else seated.set(id, left)
}
