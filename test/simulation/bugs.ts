import { isWaggleError, type Clock } from '@waggle/base'
import type { Codec, WriterSchema } from '@waggle/codec'
import {
  knownEventOf,
  type AdmittedRecord,
  type KnownEvent,
  type Projection,
} from '@waggle/consume'
import { partitionKeyOf, topicOf, type WaggleEvent } from '@waggle/event'
import type { EventLog } from '@waggle/log'
import { createResultPublisher, type ResultPublisher } from '@waggle/view-coordination'

/** What can be planted in the product. Each has a checker that finds it, shown by a test. */
export const BUGS = [
  /** The fold of the coordinators lets no lease end. */
  'ignores-leases',
  /** Whoever is told to queue is told in the log that it holds the lock. */
  'grants-twice',
  /** The coordinators tell time by their own clock instead of the log's. */
  'wall-clock',
  /** Admission lets everybody say when something was known. */
  'believes-claims',
  /** Results are appended by whoever counts them, under a session of its own. */
  'publishes-twice',
  /** Results that the log did not take are not tried again. */
  'drops-results',
  /** The hot view takes every fill, whatever its token. */
  'ignores-tokens',
  /** Agents write under a lock without saying its token, as clients of Redlock do. */
  'unfenced-writes',
  /** A replica leaves out a batch. */
  'skips-a-batch',
  /** The coordinators never see abstentions. */
  'loses-abstentions',
  /** The coordinators take half of the quorum for enough. */
  'half-a-quorum',
  /** The coordinators overwrite what has changed meanwhile. */
  'ignores-versions',
  /** The coordinators hear the acknowledgment of one target as that of all. */
  'hears-one-for-all',
  /** An append may land before one that was sent earlier. */
  'overtaking-appends',
  /** The past is cut by the time that events claim to have happened at. */
  'cuts-by-event-time',
  /** An answer about the past is called sealed once any partition is past its time. */
  'seals-early',
  /** An answer about the past names the ends of the log for its positions. */
  'names-the-ends',
  /** The past is made from a snapshot that knows more. */
  'later-snapshots',
  /** A resume token stands behind an event that was not given. */
  'skips-on-resume',
  /** A fork has one record more of each partition than it says. */
  'cuts-forks-late',
] as const
export type Bug = (typeof BUGS)[number]

/** What a fold sees instead of an admitted record; undefined for nothing. */
type Bend = (event: WaggleEvent) => WaggleEvent | undefined

const BENDS: Partial<Record<Bug, Bend>> = {
  'ignores-leases': (event) =>
    event.kind === 'lock_command' ? { ...event, lease_ms: 1e11 } : event,
  'loses-abstentions': (event) =>
    event.kind === 'vote' && event.choice === 'abstain' ? undefined : event,
  'half-a-quorum': (event) =>
    event.kind === 'proposal' ? { ...event, quorum: event.quorum / 2 } : event,
  'ignores-versions': (event) =>
    event.kind === 'memory_write' ? { ...event, expected_version: null } : event,
  'hears-one-for-all': (event) => (event.kind === 'signal' ? { ...event, targets: [] } : event),
  'ignores-tokens': (event) => (event.kind === 'fill' ? { ...event, fencing_token: null } : event),
}

/** A projection with the bug in it, or as it is where the bug is elsewhere. */
export function bend<P extends Projection>(bug: Bug | undefined, projection: P, clock: Clock): P {
  if (bug === undefined) return projection
  const apply: Projection['apply'] = (batch) =>
    projection.apply({ ...batch, events: batch.events.flatMap((event) => bent(bug, event, clock)) })
  return { ...projection, apply }
}

export function asClaimed(admitted: AdmittedRecord): KnownEvent {
  return { ...knownEventOf(admitted), knownFrom: admitted.envelope.knownAt }
}

function bent(bug: Bug, admitted: AdmittedRecord, clock: Clock): AdmittedRecord[] {
  if (bug === 'wall-clock') return [{ ...admitted, knownFrom: clock.now() }]
  const event = BENDS[bug]?.(admitted.writer.decode(admitted.record.value))
  if (BENDS[bug] === undefined) return [admitted]
  if (event === undefined) return []
  const writer = Object.create(admitted.writer, { decode: { value: () => event } }) as WriterSchema
  return [{ ...admitted, writer }]
}

export function publisherWith(
  bug: Bug | undefined,
  log: EventLog,
  codec: Codec,
  name: string,
): ResultPublisher {
  const publisher = createResultPublisher(log, codec)
  switch (bug) {
    case 'grants-twice':
      return { ...publisher, publish: (events) => publisher.publish(events.map(grantedAtOnce)) }
    case 'drops-results':
      return {
        ...publisher,
        publish: (events) =>
          publisher.publish(events).catch((error: unknown) => {
            if (!isWaggleError(error, 'LOG_UNAVAILABLE')) throw error
          }),
      }
    case 'publishes-twice':
      return { ...publisher, publish: (events) => appendAs(name, log, codec, events) }
    default:
      return publisher
  }
}

function grantedAtOnce(event: WaggleEvent): WaggleEvent {
  if (event.kind !== 'lock_result' || event.status !== 'QUEUED') return event
  return { ...event, status: 'GRANTED', token: event.seq, lease_until: event.known_at + 1_000_000 }
}

async function appendAs(
  name: string,
  log: EventLog,
  codec: Codec,
  events: readonly WaggleEvent[],
): Promise<void> {
  const session = (event: WaggleEvent): string => `${name}/${event.session}`
  await log.append(
    events.map((event) => ({
      topic: topicOf(event.kind as 'lock_result'),
      key: partitionKeyOf(event),
      value: codec.encode({ ...event, session: session(event) }),
      producer: { session: session(event), seq: event.seq },
    })),
  )
}
