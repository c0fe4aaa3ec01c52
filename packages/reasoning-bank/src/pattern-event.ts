import type { Micros } from '@waggle/base'
import { derivedId, eventId, type Pattern } from '@waggle/event'
import { COORDINATOR } from '@waggle/view-coordination'
import { ruleOf, type BankConfig } from './bank-config.ts'
import type { Learned } from './learned.ts'
import { describePattern } from './describe-pattern.ts'
import type { Change } from './pattern-state.ts'

/** The event that brought a change about. */
export interface Cause {
  readonly id: string
  readonly at: Micros
}

/** The seq-th thing said of patterns in a swarm's run; the same one always has the same bytes. */
export function patternEvent(
  { swarm, run, learned }: { swarm: string; run: string | null; learned: Learned },
  { pattern, status, reason, evidence, level }: Change,
  cause: Cause,
  { version, seq }: { readonly version: number; readonly seq: number },
  config: BankConfig,
): Pattern {
  const rule = ruleOf(config)
  const session = derivedId(JSON.stringify([rule, swarm, run]))
  // One step after what brought it about, so that replay shows cause before effect.
  const knownAt = cause.at + 1
  const facts = describePattern(pattern, learned, config)
  return {
    kind: 'pattern',
    id: eventId(session, seq, knownAt),
    swarm,
    agent: COORDINATOR,
    session,
    seq,
    occurred_at: knownAt,
    known_at: knownAt,
    trajectory: null,
    cause: cause.id,
    run,
    subject: null,
    model_id: null,
    model_version: null,
    model_cutoff: null,
    pattern: pattern.id,
    domain: pattern.domain,
    situation: pattern.situation.slice(0, 4096),
    action: pattern.action,
    status,
    version,
    samples: facts.samples,
    successes: facts.successes,
    success_low: facts.success.low,
    success_high: facts.success.high,
    mean_return: facts.meanReturn,
    return_low: facts.returns.low,
    return_high: facts.returns.high,
    brier: facts.brier,
    log_score: facts.logScore,
    e_value: evidence,
    level,
    shared_with: [...facts.sharedWith],
    evidence: facts.evidence.flatMap(({ decision, outcome }) =>
      outcome === undefined ? [decision] : [decision, outcome],
    ),
    rule,
    reason,
  }
}
