import type { Micros } from '@waggle/base'
import type { KnownEvent } from '@waggle/consume'
import { subjectsOf } from '@waggle/vault'

/**
 * Who is not trusted, and what was erased, in one swarm. Both come from one partition, in its order, and are
 * asked at read: nothing has to be rebuilt when an agent is quarantined or let in again.
 */
export interface CompensationState {
  /** By agent, in the order of the log. */
  readonly quarantines: Map<string, Quarantine[]>
  /** Subjects whose erasure was asked for, and when that was known. */
  readonly erased: Map<string, Micros>
}

export interface Quarantine {
  /** What the agent said with known_from from here on does not count; null where it is trusted again. */
  readonly since: Micros | null
  /** When this was known. */
  readonly knownFrom: Micros
  readonly reason: string
}

export function emptyCompensations(): CompensationState {
  return { quarantines: new Map(), erased: new Map() }
}

/** Takes a quarantine or an erasure in place; returns the subject that has to be dropped now, if any. */
export function foldCompensations(
  { quarantines, erased }: CompensationState,
  { event, knownFrom }: KnownEvent,
): string | undefined {
  if (event.kind === 'quarantine') {
    const { quarantined: agent, lifted, since, reason } = event
    const all = quarantines.get(agent) ?? []
    all.push({ since: lifted ? null : since, knownFrom, reason })
    quarantines.set(agent, all)
  }
  if (event.kind !== 'erasure' || erased.has(event.erased)) return undefined
  erased.set(event.erased, knownFrom)
  return event.erased
}

/** Whether what a source said at `knownFrom` may be in an answer about the time `at`. */
export function isTrusted(
  compensations: CompensationState,
  source: string,
  knownFrom: Micros,
  at: Micros,
): boolean {
  return knownFrom < trustedBefore(compensations, source, at)
}

/** In answers about the time `at`, what a source said counts where it was known before this; Infinity for all. */
export function trustedBefore(
  { quarantines }: CompensationState,
  source: string,
  at: Micros,
): Micros {
  let distrustedSince = Infinity
  for (const quarantine of quarantines.get(source) ?? []) {
    if (quarantine.knownFrom > at) break
    distrustedSince =
      quarantine.since === null ? Infinity : Math.min(distrustedSince, quarantine.since)
  }
  return distrustedSince
}

export function isErased({ erased }: CompensationState, subject: string | null): boolean {
  if (erased.size === 0 || subject === null) return false
  return subjectsOf(subject).some((name) => erased.has(name))
}
