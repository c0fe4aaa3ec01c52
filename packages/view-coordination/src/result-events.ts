import type { Codec } from '@waggle/codec'
import type { KnownEvent } from '@waggle/consume'
import {
  derivedId,
  eventId,
  isForkRun,
  partitionKeyOf,
  topicOf,
  type TopicPartition,
  type WaggleEvent,
} from '@waggle/event'
import type { AppendRecord } from '@waggle/log'
import { foldCoordination, type PartitionState, type Result } from './fold-coordination.ts'

export const COORDINATOR = 'coordinator'

/** The session of the results of one partition: whoever coordinates it next goes on in the same one. */
export function resultSession(at: TopicPartition): string {
  return derivedId(`${COORDINATOR}/${at.topic}/${at.partition}`)
}

/** The seq-th result of a partition as an event; the same result always has the same bytes. */
export function resultEvent(at: TopicPartition, seq: number, result: Result): WaggleEvent {
  const session = resultSession(at)
  const id = eventId(session, seq, result.known_at)
  return { ...result, id, agent: COORDINATOR, session, seq } as WaggleEvent
}

/** Whether a run's events count. */
export type CountsRun = (run: string | null) => boolean

/** All runs but forks, which only see whole what they began with where their parent is read as one with them. */
export const countsAllButForks: CountsRun = (run) => !isForkRun(run)

/** Folds events into a partition's state; returns the results they brought, numbered on from those before. */
export function foldResults(
  state: PartitionState,
  at: TopicPartition,
  events: readonly KnownEvent[],
  counts = countsAllButForks,
): WaggleEvent[] {
  return events.flatMap((event) => {
    if (!counts(event.event.run)) return []
    const before = state.results
    return foldCoordination(state, event).map((result, index) =>
      resultEvent(at, before + index + 1, result),
    )
  })
}

export function resultRecord(codec: Codec, event: WaggleEvent): AppendRecord {
  return {
    topic: topicOf(event.kind as Result['kind'] | 'agent'),
    key: partitionKeyOf(event),
    value: codec.encode(event),
    producer: { session: event.session, seq: event.seq },
  }
}
