import type { Micros } from '@waggle/base'
import type { PatternStatus } from '@waggle/event'
import type { BankConfig } from './bank-config.ts'
import {
  describePattern,
  evidenceOfLesson,
  type Evidence,
  type PatternFacts,
} from './describe-pattern.ts'
import type { BankState } from './fold-bank.ts'
import type { Learned, Refused } from './learned.ts'
import { learningOf, type LearningPoint } from './learning.ts'
import type { PatternState } from './pattern-state.ts'
import { brierScore, calibrationTable, logScore, mean, type CalibrationRow } from './scores.ts'
import { learnedAsOf, type SwarmBank } from './swarm-bank.ts'
import { rankPatterns, type Worked, type WorkedQuery } from './what-worked.ts'
import type { TextMatch } from './match-text.ts'

export interface BankScope {
  readonly swarm: string
  /** Null is live. */
  readonly run: string | null
}

/** A pattern as it stands, with what is said for and against it. */
export interface PatternReport extends PatternFacts {
  readonly id: string
  readonly domain: string
  readonly situation: string
  readonly action: string
  /** OBSERVED until it is a hypothesis. Only PROMOTED has passed a test. */
  readonly status: PatternStatus | 'OBSERVED'
  /** How often something was said of it. */
  readonly version: number
  /** Evidence against chance on lessons it was not found on; 1 says nothing. */
  readonly evidenceValue: number
  /** When the status last changed, and why. */
  readonly changedAt: Micros
  readonly reason: string
  /** Recalls that gave it. */
  readonly accesses: number
}

export interface Calibration {
  readonly count: number
  readonly brier: number | null
  readonly logScore: number | null
  /** Mean return after costs, cut at the bound. */
  readonly meanReturn: number | null
  readonly rows: readonly CalibrationRow[]
  /** Outcomes that were no verdict, by why; of all agents. */
  readonly refused: Readonly<Refused>
}

export interface PatternFilter {
  readonly domain?: string
  readonly status?: PatternStatus | 'OBSERVED'
  /** What was known by then; now if left out. */
  readonly asOf?: Micros
}

/**
 * Lookups in the bank. Everything rests on outcomes that were known by then, in sealed order; `asOf` answers do not
 * change when more is appended, once the time lies before `sealedBefore`.
 */
export interface BankView {
  /** By id. */
  patterns(scope: BankScope, filter?: PatternFilter): PatternReport[]
  /** Patterns of situations like this one: what worked, best first by the lower bound of the mean return. */
  whatWorked(scope: BankScope, query: WorkedQuery): Promise<Worked>
  explain(scope: BankScope, pattern: string, asOf?: Micros): PatternReport | undefined
  calibration(scope: BankScope, agent?: string, asOf?: Micros): Calibration
  /** Every lesson that a pattern's figures rest on, oldest first; undefined for an id that is none. */
  lessons(scope: BankScope, pattern: string, asOf?: Micros): readonly Evidence[] | undefined
  /** Every verdict that a calibration rests on, oldest first. */
  judged(scope: BankScope, agent?: string, asOf?: Micros): readonly Evidence[]
  /** How learning went on, oldest first; at most 33 times. */
  learning(scope: BankScope): Promise<LearningPoint[]>
  /** Everything known before has been taken, for good: -Infinity before every partition was heard of. */
  sealedBefore(run: string | null): Micros
}

export function createBankView(
  state: BankState,
  config: BankConfig,
  matchText?: TextMatch,
): BankView {
  const bankOf = ({ swarm, run }: BankScope): SwarmBank | undefined =>
    state.runs.get(run ?? '')?.swarms.get(swarm)
  const learnedOf = (bank: SwarmBank, asOf: Micros = Infinity): Learned =>
    learnedAsOf(bank, asOf, config)
  return {
    patterns: (scope, { domain, status, asOf } = {}) => {
      const bank = bankOf(scope)
      if (bank === undefined) return []
      const learned = learnedOf(bank, asOf)
      return [...learned.patterns.values()]
        .filter((pattern) => domain === undefined || pattern.domain === domain)
        .filter((pattern) => status === undefined || pattern.status === status)
        .sort((a, b) => (a.id < b.id ? -1 : 1))
        .map((pattern) => reportOf(bank, learned, pattern, config, asOf))
    },
    whatWorked: async (scope, query) => {
      const bank = bankOf(scope)
      if (bank === undefined) return { worked: [], failed: [] }
      const learned = learnedOf(bank, query.asOf)
      const { worked, failed } = await rankPatterns(learned, query, config, matchText)
      const report = (pattern: PatternState): PatternReport =>
        reportOf(bank, learned, pattern, config, query.asOf)
      return { worked: worked.map(report), failed: failed.map(report) }
    },
    explain: (scope, id, asOf) => {
      const bank = bankOf(scope)
      if (bank === undefined) return undefined
      const learned = learnedOf(bank, asOf)
      const pattern = learned.patterns.get(id)
      return pattern && reportOf(bank, learned, pattern, config, asOf)
    },
    calibration: (scope, agent, asOf) => {
      const bank = bankOf(scope)
      return calibrationOf(bank && learnedOf(bank, asOf), agent)
    },
    lessons: (scope, id, asOf) => {
      const bank = bankOf(scope)
      const pattern = bank && learnedOf(bank, asOf).patterns.get(id)
      return pattern?.lessons.map(evidenceOfLesson)
    },
    judged: (scope, agent, asOf) => {
      const bank = bankOf(scope)
      const all = bank === undefined ? [] : learnedOf(bank, asOf).judged
      return all
        .filter((one) => agent === undefined || one.agent === agent)
        .map(({ lesson }) => evidenceOfLesson(lesson))
    },
    learning: async (scope) => {
      const bank = bankOf(scope)
      return bank === undefined ? [] : learningOf(bank, config)
    },
    sealedBefore: (run) => state.runs.get(run ?? '')?.takenBefore ?? -Infinity,
  }
}

export function reportOf(
  { said, accesses }: SwarmBank,
  learned: Learned,
  pattern: PatternState,
  config: BankConfig,
  asOf: Micros = Infinity,
): PatternReport {
  const by = (times: readonly Micros[] = []): number =>
    asOf === Infinity ? times.length : times.filter((at) => at <= asOf).length
  const { id, domain, situation, action, status, changedAt, reason, hypothesis } = pattern
  return {
    ...describePattern(pattern, learned, config),
    id,
    domain,
    situation,
    action,
    status,
    version: by(said.get(id)?.times),
    evidenceValue: Math.exp(Math.min(690, hypothesis?.logEvidence ?? 0)),
    changedAt,
    reason,
    accesses: by(accesses.get(id)),
  }
}

function calibrationOf(learned: Learned | undefined, agent: string | undefined): Calibration {
  const all = learned?.judged ?? []
  const judged = agent === undefined ? all : all.filter((one) => one.agent === agent)
  const ofAll = (values: readonly number[]): number | null =>
    values.length === 0 ? null : mean(values)
  return {
    count: judged.length,
    brier: ofAll(judged.map(({ confidence, success }) => brierScore(confidence, success))),
    logScore: ofAll(judged.map(({ confidence, success }) => logScore(confidence, success))),
    meanReturn: ofAll(judged.map(({ net }) => net)),
    rows: calibrationTable(judged),
    refused: { ...(learned?.refused ?? { unknown: 0, second: 0, early: 0, reporter: 0 }) },
  }
}
