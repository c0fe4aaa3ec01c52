import type { Micros } from '@waggle/base'
import { sees, type Lens } from './lens.ts'
import type { OutcomeLinks } from './outcome-links.ts'
import type { ProcedureEntry } from './procedure-state.ts'
import { countRuns, noRuns, type Run } from './run-tally.ts'
import { successRate, type SuccessRate } from './success-interval.ts'

/** What runs of one version say. */
export interface ProcedureStatistics {
  readonly version: number
  /** The version that defined its steps: versions with the same definition do the same. */
  readonly definition: number
  readonly runs: number
  readonly successes: number
  readonly failures: number
  /** Whether the runs went well: the calls. */
  readonly executed: SuccessRate
  /** Whether the world went well: first outcomes of decisions caused by the newest 256 runs of each agent. */
  readonly outcomes: SuccessRate
  /** In milliseconds; quantiles within 1%. Null without runs. */
  readonly durationMs: {
    readonly mean: number | null
    readonly p50: number | null
    readonly p95: number | null
  }
  /** When the last run was known. */
  readonly lastRun: Micros
}

export interface Suggestion {
  readonly version: number
  /** Its rate and that of the present version: the intervals do not overlap. */
  readonly rate: SuccessRate
  readonly present: SuccessRate
  /** What the rates count: outcomes where both have ten of them, else runs. */
  readonly basis: 'outcomes' | 'runs'
}

/** Outcomes that both versions need to be compared by them. */
export const OUTCOMES_MIN = 10

/** Statistics of all versions that were run, by version. */
export function statisticsOf(
  { runs, definitions }: ProcedureEntry,
  links: OutcomeLinks,
  lens: Lens,
): ProcedureStatistics[] {
  const all: ProcedureStatistics[] = []
  for (const [version, agents] of [...runs].sort(([a], [b]) => a - b)) {
    const sum = noRuns()
    for (const [agent, tally] of agents)
      countRuns(sum, tally, lens.at, (knownFrom) => lens.trusts(agent, knownFrom))
    if (sum.runs === 0) continue
    const { runs: count, successes, durations, recent, last } = sum
    all.push({
      version,
      definition: definitions.get(version)!,
      runs: count,
      successes,
      failures: count - successes,
      executed: successRate(successes, count),
      outcomes: outcomesOf(recent, links, lens),
      durationMs: {
        mean: durations.mean,
        p50: durations.quantile(0.5),
        p95: durations.quantile(0.95),
      },
      lastRun: last,
    })
  }
  return all
}

/**
 * The version that does best: the largest lower bound, if that lies above the upper bound of the present version.
 * Versions with one definition count together.
 */
export function suggestionOf(
  statistics: readonly ProcedureStatistics[],
  present: number,
  kept: readonly number[],
): Suggestion | undefined {
  const now = statistics.find(({ version }) => version === present)
  if (now === undefined) return undefined
  const pooled = (definition: number, of: 'outcomes' | 'executed'): SuccessRate => {
    const same = statistics.filter((one) => one.definition === definition)
    const total = (of_: (rate: SuccessRate) => number): number =>
      same.reduce((sum, one) => sum + of_(one[of]), 0)
    return successRate(
      total(({ successes }) => successes),
      total(({ samples }) => samples),
    )
  }
  let best: Suggestion | undefined
  for (const { version, definition } of statistics) {
    if (definition === now.definition || !kept.includes(version)) continue
    const both = [pooled(definition, 'outcomes'), pooled(now.definition, 'outcomes')] as const
    const byOutcomes = both.every(({ samples }) => samples >= OUTCOMES_MIN)
    const [rate, presentRate] = byOutcomes
      ? both
      : [pooled(definition, 'executed'), pooled(now.definition, 'executed')]
    if (rate.low <= presentRate.high || rate.low <= (best?.rate.low ?? 0)) continue
    best = { version, rate, present: presentRate, basis: byOutcomes ? 'outcomes' : 'runs' }
  }
  return best
}

function outcomesOf(runs: readonly Run[], links: OutcomeLinks, lens: Lens): SuccessRate {
  let [samples, successes] = [0, 0]
  for (const { id } of runs) {
    for (const decision of links.decisions.get(id) ?? []) {
      const outcome = links.outcomes.get(decision.id)
      if (outcome === undefined || !sees(lens, decision) || !sees(lens, outcome)) continue
      samples++
      successes += Number(outcome.success)
    }
  }
  return successRate(successes, samples)
}
