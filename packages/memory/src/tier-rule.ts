import { WaggleError } from '@waggle/base'
import { z } from 'zod'
import type { Tier } from './memory.ts'

/**
 * When a memory is short or long term, where it is kept, and when it is forgotten: a pure function of plain
 * numbers, so that SQL can say the same. Times are microseconds of the log's clock.
 *
 *   promoted at   the earliest of: known_from, if importance >= `importanceMin`; the first citation as evidence or
 *                 input; the `recallsMin`-th recall. Citations and recalls count from known_from on.
 *   forgotten at  ttl_ms given: known_from + ttl. Promoted before known_from + short: known_from + long (never,
 *                 where long is null). Else known_from + short.
 *   term          long once promoted and older than `longTermAfter`; short before
 *   tier          by the time since known_from or the last recall, whichever is later: hot, warm, cold, archive
 */
export interface TierFacts {
  readonly kind: EpisodeKind
  readonly knownFrom: number
  /** 0 to 1; null where the kind has none. */
  readonly importance: number | null
  /** The event's own time to live in microseconds; null goes by the kind. */
  readonly ttl: number | null
  /** First citation; Infinity where there is none. */
  readonly citedAt: number
  /** The `recallsMin`-th recall; Infinity where there were fewer. */
  readonly recalledOftenAt: number
  /** -Infinity where there was none. */
  readonly lastRecalledAt: number
}

export const EPISODE_KINDS = ['experience', 'observation', 'decision', 'outcome', 'signal'] as const
export type EpisodeKind = (typeof EPISODE_KINDS)[number]

export type Term = 'short' | 'long'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
const ms = z.number().int().positive()
const kept = (shortMs: number, longMs: number | null) =>
  z
    .strictObject({ shortMs: ms.default(shortMs), longMs: ms.nullable().default(longMs) })
    .prefault({})

const schema = z.strictObject({
  /** How long a memory is kept unless it is promoted (short), and if it is (long; null for ever), by kind. */
  retention: z
    .strictObject({
      experience: kept(DAY_MS, null),
      observation: kept(7 * DAY_MS, 365 * DAY_MS),
      decision: kept(90 * DAY_MS, null),
      outcome: kept(90 * DAY_MS, null),
      signal: kept(DAY_MS, 90 * DAY_MS),
    })
    .prefault({}),
  /** Short-term memory is younger than this. */
  longTermAfterMs: ms.default(DAY_MS),
  importanceMin: z.number().min(0).max(1).default(0.7),
  recallsMin: z.number().int().min(1).max(1000).default(3),
  /** Age at which a memory leaves a tier, unless it was recalled since. */
  tiers: z
    .strictObject({
      hotMs: ms.default(HOUR_MS),
      warmMs: ms.default(7 * DAY_MS),
      coldMs: ms.default(90 * DAY_MS),
    })
    .prefault({}),
  /** How far back the live view answers `asOf`; what is forgotten stays this much longer. */
  asOfWindowMs: ms.default(DAY_MS),
})

export type RetentionConfig = z.output<typeof schema>
export type RetentionInput = z.input<typeof schema>

/** Raw input -> complete config; CONFIG_INVALID names what is wrong. */
export function parseRetention(input: RetentionInput = {}): RetentionConfig {
  const parsed = schema.safeParse(input)
  if (parsed.success) return parsed.data
  const problems = parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`)
  throw new WaggleError('CONFIG_INVALID', problems.join('; '), { input: problems })
}

/** Infinity where it never is. */
export function promotedAt(facts: TierFacts, { importanceMin }: RetentionConfig): number {
  const important = facts.importance !== null && facts.importance >= importanceMin
  return important ? facts.knownFrom : Math.min(facts.citedAt, facts.recalledOftenAt)
}

/** From this time on it is in no answer; Infinity where it is kept for ever. */
export function forgottenAt(facts: TierFacts, config: RetentionConfig): number {
  if (facts.ttl !== null) return facts.knownFrom + facts.ttl
  const { shortMs, longMs } = config.retention[facts.kind]
  const shortEnd = facts.knownFrom + shortMs * 1000
  if (promotedAt(facts, config) >= shortEnd) return shortEnd
  return longMs === null ? Infinity : Math.max(shortEnd, facts.knownFrom + longMs * 1000)
}

export function termAt(facts: TierFacts, config: RetentionConfig, at: number): Term {
  const old = at - facts.knownFrom >= config.longTermAfterMs * 1000
  return old && promotedAt(facts, config) <= at ? 'long' : 'short'
}

export function tierAt(facts: TierFacts, { tiers }: RetentionConfig, at: number): Tier {
  const age = at - Math.max(facts.knownFrom, facts.lastRecalledAt)
  if (age < tiers.hotMs * 1000) return 'hot'
  if (age < tiers.warmMs * 1000) return 'warm'
  return age < tiers.coldMs * 1000 ? 'cold' : 'archive'
}
