import { partitionName } from '@waggle/event'
import {
  brierScore,
  DEFAULT_BANK,
  logScore,
  netReturn,
  type Evidence as LessonOf,
} from '@waggle/reasoning-bank'
import type { Json } from '@waggle/view-coordination'
import type { EventFinder } from '../event-finder.ts'
import { isKnown, refuse, type Evidence, type KnownOf, type Rule } from '../evidence.ts'

/** A decision with what came of it, counted as the bank counts. */
export interface CountedLesson {
  readonly decision: KnownOf<'decision'>
  /** Undefined where it never came. */
  readonly outcome: KnownOf<'outcome'> | undefined
  /** Return after costs, cut at the bound. */
  readonly net: number
  readonly success: boolean
}

/** How lessons are counted; the configuration that the bank has by default. */
export const BANK_PARAMETERS = {
  cost_bps: DEFAULT_BANK.costBps,
  return_bound: DEFAULT_BANK.returnBound,
  error: DEFAULT_BANK.error,
} as const

const EVENTS_MAX = 50_000

/** Decisions and outcomes of lessons as evidence, and their ids in the order in which they count. */
export async function lessonEvidence(
  finder: EventFinder,
  lessons: readonly LessonOf[],
): Promise<{ readonly lessons: Json; readonly evidence: Evidence[] }> {
  if (lessons.length * 2 > EVENTS_MAX)
    refuse(`${lessons.length} lessons are too many for a pack: ask of an earlier time or one agent`)
  const positions = lessons.flatMap(({ decisionPosition, outcomePosition }) =>
    outcomePosition === undefined ? [decisionPosition] : [decisionPosition, outcomePosition],
  )
  const byPosition = await finder.allAt(positions)
  const evidence = positions.map((position): Evidence => {
    const known = byPosition.get(`${partitionName(position)}@${position.offset}`)
    if (known === undefined) return refuse('The bank has read what is not in the log any more')
    return { known, role: known.event.kind }
  })
  return {
    lessons: lessons.map(({ decision, outcome }) => [decision, outcome ?? null]),
    evidence,
  }
}

/** The lessons that the parameters name, of events that are exactly theirs. */
export function countLessons(...[events, parameters]: Parameters<Rule>): CountedLesson[] {
  const { lessons, cost_bps: costBps, return_bound: bound } = parameters
  const byId = new Map(events.map((known) => [known.event.id, known]))
  if (byId.size !== events.length) refuse('An event is there twice')
  const counted = (lessons as readonly (readonly [string, string | null])[]).map(([id, came]) => {
    const decision = byId.get(id)
    const outcome = came === null ? undefined : byId.get(came)
    byId.delete(id)
    if (came !== null) byId.delete(came)
    if (decision === undefined || !isKnown(decision, 'decision'))
      return refuse(`The decision ${id} is missing`, id)
    if (came === null) return { decision, outcome: undefined, net: -Number(bound), success: false }
    if (outcome === undefined || !isKnown(outcome, 'outcome') || outcome.event.decision !== id)
      return refuse(`The outcome ${came} of ${id} is missing`, came)
    const net = netReturn(outcome.event.value, decision.event.predicted_value, Number(costBps))
    return {
      decision,
      outcome,
      net: Math.min(Number(bound), Math.max(-Number(bound), net)),
      success: outcome.event.success,
    }
  })
  for (const id of byId.keys()) refuse(`${id} has no part in it`, id)
  return counted
}

export function mean(values: readonly number[]): number | null {
  return values.length === 0 ? null : values.reduce((sum, one) => sum + one, 0) / values.length
}

/** Mean scores of the probabilities that were said, of those that came to a verdict. */
export function scoresOf(lessons: readonly CountedLesson[]): {
  readonly brier: number | null
  readonly log_score: number | null
} {
  const came = lessons.filter(({ outcome }) => outcome !== undefined)
  const said = came.map(({ decision, success }) => [decision.event.confidence, success] as const)
  return {
    brier: mean(said.map(([confidence, success]) => brierScore(confidence, success))),
    log_score: mean(said.map(([confidence, success]) => logScore(confidence, success))),
  }
}
