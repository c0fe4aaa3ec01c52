import { LIMITS, WaggleError } from '@waggle/base'
import type { Envelope } from '@waggle/event'

/** Names of an event's `subject`, sorted, each once; none for null and for a text that names nobody. */
export function subjectsOf(subject: string | null): readonly string[] {
  if (subject === null) return []
  if (!subject.includes(',')) return subject.trim() === '' ? [] : [subject.trim()]
  const names = subject.split(',').map((name) => name.trim())
  return [...new Set(names.filter((name) => name !== ''))].sort()
}

/**
 * The subject of what is derived from events (a summary, a lesson, a checkpoint): all theirs, so that it dies
 * with the first of them that is erased. Null where none has one. FIELD_INVALID where they do not fit into
 * the field: to leave one out would let what is known of it outlive it.
 */
export function subjectOf(evidence: Iterable<Pick<Envelope, 'subject'>>): string | null {
  const names = new Set<string>()
  for (const { subject } of evidence) for (const name of subjectsOf(subject)) names.add(name)
  if (names.size === 0) return null
  const joined = [...names].sort().join(',')
  if (joined.length <= LIMITS.nameLengthMax) return joined
  throw new WaggleError(
    'FIELD_INVALID',
    `subject must take at most ${LIMITS.nameLengthMax} characters: ${names.size} subjects are too many for one memory`,
    { field: 'subject' },
  )
}

/** Whether what carries this `subject` dies with the one named. */
export function isAbout(subject: string | null, name: string): boolean {
  return subjectsOf(subject).includes(name)
}
