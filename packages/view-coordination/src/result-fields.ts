import type { Micros } from '@waggle/base'
import type { WaggleEvent } from '@waggle/event'

/** A result event before the coordinator gives it its place in its session. */
export type ResultFields<E> = Omit<E, 'id' | 'session' | 'seq' | 'agent'>

export function nameIn(swarm: string, name: string): string {
  return `${swarm}\u0000${name}`
}

/** The part of the envelope a result takes from the event that answers or decides. */
export function resultEnvelope(
  of: WaggleEvent,
  cause: string,
  knownFrom: Micros,
): Omit<ResultFields<WaggleEvent>, 'kind'> {
  return {
    swarm: of.swarm,
    // One step after what brought it about, so that replay shows cause before effect.
    occurred_at: knownFrom + 1,
    known_at: knownFrom + 1,
    trajectory: of.trajectory,
    cause,
    run: of.run,
    subject: null,
    model_id: null,
    model_version: null,
    model_cutoff: null,
  }
}
