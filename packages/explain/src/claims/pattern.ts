import { meanInterval, rateInterval } from '@waggle/reasoning-bank'
import { notThere, type EventFinder } from '../event-finder.ts'
import { refuse, textOf, type Found, type Rule } from '../evidence.ts'
import type { Claim } from '../parse-claim.ts'
import { BANK_PARAMETERS, countLessons, lessonEvidence, mean, scoresOf } from './lessons.ts'

/** The decisions that tested a pattern, and what came of them. */
export async function findPattern(
  finder: EventFinder,
  { id }: Claim & { kind: 'pattern' },
): Promise<Found> {
  const bank = await finder.bank()
  const report = bank.explain(finder, id)
  const lessons = bank.lessons(finder, id)
  if (report === undefined || lessons === undefined) throw notThere('pattern', id)
  const { domain, situation, action } = report
  const { evidence, lessons: named } = await lessonEvidence(finder, lessons)
  return {
    parameters: { pattern: id, domain, situation, action, lessons: named, ...BANK_PARAMETERS },
    evidence,
  }
}

/** What the outcomes say of it, by the bank's own statistics. */
export const patternRule: Rule = (events, parameters) => {
  const action = textOf(parameters, 'action')
  const counted = countLessons(events, parameters)
  for (const { decision } of counted)
    if (decision.event.action !== action) refuse(`${decision.event.id} did not choose ${action}`)
  const bound = Number(parameters['return_bound'])
  const error = Number(parameters['error'])
  const nets = counted.map(({ net }) => net)
  const successes = counted.filter(({ success }) => success).length
  const rate = rateInterval(successes, counted.length, error)
  const returns = meanInterval(nets, bound, error)
  return {
    lessons: counted.length,
    successes,
    success_low: rate.low,
    success_high: rate.high,
    mean_return: mean(nets),
    return_low: returns.low,
    return_high: returns.high,
    ...scoresOf(counted),
  }
}
