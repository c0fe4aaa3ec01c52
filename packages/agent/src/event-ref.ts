import type { WaggleEvent } from '@waggle/event'
import { subjectOf } from '@waggle/vault'

/** Something said before: its id, or the event that carries it. */
export type EventRef =
  string | { readonly id: string } | { readonly event: Pick<WaggleEvent, 'id' | 'subject'> }

/** Id of the event that is meant. */
export function idOf(ref: EventRef): string {
  if (typeof ref === 'string') return ref
  return 'event' in ref ? ref.event.id : ref.id
}

/**
 * The names something dies with: those given, and those its sources are about. A source given by its id alone says
 * nothing of whom it is about.
 */
export function subjectFrom(
  given: string | undefined,
  sources: readonly EventRef[],
): string | undefined {
  const events = sources.flatMap((ref) =>
    typeof ref === 'object' && 'event' in ref ? [ref.event] : [],
  )
  return subjectOf([{ subject: given ?? null }, ...events]) ?? undefined
}
