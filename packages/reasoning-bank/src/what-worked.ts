import type { Micros } from '@waggle/base'
import type { BankConfig } from './bank-config.ts'
import type { PatternReport } from './bank-view.ts'
import { lessonFacts } from './describe-pattern.ts'
import type { Learned } from './learned.ts'
import type { TextMatch } from './match-text.ts'
import type { PatternState } from './pattern-state.ts'
import { pastOf } from './situation.ts'

/** A state to be compared; what is left out is not compared. */
export interface WorkedQuery {
  readonly domain?: string
  readonly instrument?: string
  readonly features?: Readonly<Record<string, number>>
  /** Sums of strengths of signals, by domain. */
  readonly signals?: Readonly<Record<string, number>>
  /** A state in words; needs an embedder. */
  readonly text?: string
  readonly action?: string
  /** Most patterns, for what worked and for what failed. */
  readonly limit: number
  readonly asOf?: Micros
}

export interface Worked {
  /** Best first, by the lower bound of the mean return after costs. */
  readonly worked: readonly PatternReport[]
  /** What lost there, or was demoted: worst first, by the upper bound. */
  readonly failed: readonly PatternReport[]
}

const SIMILAR_MOST = 32

export async function rankPatterns(
  learned: Learned,
  query: WorkedQuery,
  config: BankConfig,
  matchText: TextMatch | undefined,
): Promise<{ worked: PatternState[]; failed: PatternState[] }> {
  const { domain, action, text, limit } = query
  const known = candidatesOf(learned, query, config).filter(
    (pattern) =>
      pattern.lessons.length > 0 &&
      (domain === undefined || pattern.domain === domain) &&
      (action === undefined || pattern.action === action),
  )
  const similar =
    text === undefined || matchText === undefined
      ? known
      : await matchText(text, known, SIMILAR_MOST)
  const failing = ({ status, netSum }: PatternState): boolean =>
    status !== 'PROMOTED' && (status === 'DEMOTED' || netSum <= 0)
  const low = (pattern: PatternState): number => lessonFacts(pattern, config).returns.low
  const high = (pattern: PatternState): number => lessonFacts(pattern, config).returns.high
  const best = (of: (pattern: PatternState) => number, all: PatternState[]): PatternState[] =>
    all.sort((a, b) => of(b) - of(a) || (a.id < b.id ? -1 : 1)).slice(0, limit)
  return {
    worked: best(
      low,
      similar.filter((pattern) => !failing(pattern)),
    ),
    failed: best((pattern) => -high(pattern), similar.filter(failing)),
  }
}

/** Patterns that share a situation with the state, as it would be named now; all where no state is given. */
function candidatesOf(
  { patterns, experience }: Learned,
  { domain, instrument, features, signals, asOf = Infinity }: WorkedQuery,
  { situation }: BankConfig,
): PatternState[] {
  const all = [...patterns.values()]
  if (instrument === undefined && features === undefined && signals === undefined) return all
  const namesIn = new Map<string, ReadonlySet<string>>()
  const names = (of: string): ReadonlySet<string> => {
    const state = {
      domain: of,
      instrument: instrument ?? null,
      features: features ?? {},
      signals: signals ?? {},
    }
    const found = namesIn.get(of) ?? new Set(situation(state, pastOf(experience, of), asOf))
    namesIn.set(of, found)
    return found
  }
  return all.filter(
    (pattern) =>
      (domain === undefined || pattern.domain === domain) &&
      names(pattern.domain).has(pattern.situation),
  )
}
