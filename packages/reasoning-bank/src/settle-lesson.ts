import type { Micros } from '@waggle/base'
import type { BankConfig } from './bank-config.ts'
import { newDrift, watchDrift } from './drift.ts'
import { levelOf } from './false-discovery.ts'
import type { Learned } from './learned.ts'
import type { Change, Hypothesis, Lesson, PatternState } from './pattern-state.ts'
import { bet, logMean, newWealth } from './stakes.ts'

/**
 * A lesson's way through a pattern: found on some lessons, tested on later ones, promoted, watched for drift.
 * Nothing here counts how often a pattern was used.
 */
export function settleLesson(
  learned: Learned,
  pattern: PatternState,
  lesson: Lesson,
  config: BankConfig,
): Change[] {
  pattern.lessons.push(lesson)
  pattern.netSum += lesson.net
  pattern.longest = Math.max(pattern.longest, lesson.at - lesson.trial.at)
  if (lesson.success) pattern.successes++
  pattern.restUntil = lesson.at + config.rest * (lesson.at - lesson.trial.at)
  const x = lesson.net / config.returnBound
  if (pattern.status === 'PROMOTED') return watch(pattern, lesson, x, config)
  if (pattern.hypothesis === undefined) {
    bet(pattern.wealth, x)
    return screen(learned, pattern, lesson.at, config)
  }
  return test(learned, pattern, pattern.hypothesis, lesson, x, config)
}

/** Looks at a batch of lessons only when it is full, so that a pattern is not found merely by looking often. */
function screen(
  learned: Learned,
  pattern: PatternState,
  at: Micros,
  { screen: { least, most, t } }: BankConfig,
): Change[] {
  const count = pattern.lessons.length - pattern.screenFrom
  if (count < least || count % least !== 0) return []
  const newest = pattern.lessons.slice(-Math.min(count, most)).map(({ net }) => net)
  if (tValue(newest) < t) return []
  return [find(learned, pattern, at, pattern.longest, `t >= ${t} on ${newest.length} lessons`)]
}

function tValue(values: readonly number[]): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0)
  const error = Math.sqrt(squares / (values.length - 1) / values.length)
  return error === 0 ? Math.sign(mean) * Infinity : mean / error
}

function find(
  learned: Learned,
  pattern: PatternState,
  at: Micros,
  embargo: Micros,
  reason: string,
): Change {
  pattern.hypothesis = {
    number: ++learned.hypotheses,
    foundAt: at,
    embargoUntil: at + embargo,
    firstLesson: pattern.lessons.length,
    logWealth: logMean(pattern.wealth),
    logEvidence: 0,
    tested: 0,
    testedNet: 0,
  }
  return change(pattern, 'CANDIDATE', at, reason, 1, 0)
}

function test(
  learned: Learned,
  pattern: PatternState,
  hypothesis: Hypothesis,
  { trial, at, net }: Lesson,
  x: number,
  config: BankConfig,
): Change[] {
  if (trial.at <= hypothesis.embargoUntil) return []
  bet(pattern.wealth, x)
  hypothesis.tested++
  hypothesis.testedNet += net
  hypothesis.logEvidence = logMean(pattern.wealth) - hypothesis.logWealth
  const level = levelOf(config.falseDiscoveryRate, hypothesis.number, learned.promotions)
  const evidence = evidenceOf(hypothesis)
  if (hypothesis.logEvidence >= -Math.log(level)) {
    learned.promotions++
    const tested = hypothesis.testedNet / hypothesis.tested / config.returnBound
    pattern.drift = newDrift(Math.max(0, tested) * config.drift.share)
    const reason = `evidence ${evidence.toPrecision(4)} on ${hypothesis.tested} later lessons`
    const promoted = change(pattern, 'PROMOTED', at, reason, evidence, level)
    return [promoted, ...shareWithTwins(learned, pattern, at)]
  }
  if (hypothesis.logEvidence > Math.log(config.futility)) return []
  const reason = `given up: evidence ${evidence.toPrecision(4)} on ${hypothesis.tested} later lessons`
  startAnew(pattern)
  return [change(pattern, 'DEMOTED', at, reason, evidence, level)]
}

/** What is promoted in one domain is a hypothesis in the others at once, and tested there by their own lessons. */
export function shareWithTwins(learned: Learned, from: PatternState, at: Micros): Change[] {
  return (learned.twins.get(JSON.stringify([from.situation, from.action])) ?? [])
    .filter((twin) => twin !== from && twin.hypothesis === undefined)
    .map((twin) => {
      const embargo = Math.max(from.longest, twin.longest)
      return find(learned, twin, at, embargo, `promoted in ${from.domain}`)
    })
}

function watch(
  pattern: PatternState,
  { at }: Lesson,
  x: number,
  { drift: { runLength } }: BankConfig,
): Change[] {
  const statistic = watchDrift(pattern.drift!, x)
  if (statistic < runLength) return []
  const evidence = evidenceOf(pattern.hypothesis!)
  startAnew(pattern)
  const reason = `drift: ${statistic.toPrecision(4)} reached the run length ${runLength}`
  return [change(pattern, 'DEMOTED', at, reason, evidence, 0)]
}

/** Only lessons from here on can bring it back. */
function startAnew(pattern: PatternState): void {
  pattern.screenFrom = pattern.lessons.length
  pattern.wealth = newWealth()
  pattern.hypothesis = undefined
  pattern.drift = undefined
}

function evidenceOf({ logEvidence }: Hypothesis): number {
  return Math.exp(Math.min(logEvidence, 690))
}

function change(
  pattern: PatternState,
  status: Change['status'],
  at: Micros,
  reason: string,
  evidence: number,
  level: number,
): Change {
  pattern.status = status
  pattern.changedAt = at
  pattern.reason = reason
  return { pattern, status, reason, evidence, level }
}
