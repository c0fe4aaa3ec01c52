import {
  knownEventOf,
  readAdmitted,
  type AdmittedRecord,
  type AdmittedSource,
  type KnownEvent,
} from '@waggle/consume'
import type { Micros } from '@waggle/base'
import { EVENT_TOPICS } from '@waggle/event'
import type { EnvelopeView } from '@waggle/codec'
import { partitionsOf } from '@waggle/log'
import { cutKnown, mergeKnown } from './merge-known.ts'

export interface ReplayOptions extends AdmittedSource {
  /** All event topics if left out. */
  readonly topics?: readonly string[]
  /** The run to replay; null is live. */
  readonly run: string | null
  readonly swarm?: string
  /** Only what counted as known at this time. */
  readonly asOf?: Micros
  /** Chosen by routing fields, so that what is left out is never decoded. */
  readonly where?: (envelope: EnvelopeView) => boolean
}

/**
 * Events of a run in the order the swarm learned them: (known_from, topic, partition, offset). Ends at the
 * end the log had at the start. The order is a pure function of the log, whoever replays it and how.
 */
export async function* replay(options: ReplayOptions): AsyncGenerator<KnownEvent> {
  for await (const batch of replayBatches(options)) yield* batch
}

/** The same in batches, for those who want millions: the loop over a batch is synchronous. */
export async function* replayBatches(options: ReplayOptions): AsyncGenerator<KnownEvent[]> {
  for await (const batch of replayAdmitted(options)) {
    yield batch.filter(({ writer }) => writer.kind !== 'tick').map(knownEventOf)
  }
}

/** The same undecoded: routing fields can be read, the rest stays bytes. */
export async function* replayAdmitted(options: ReplayOptions): AsyncGenerator<AdmittedRecord[]> {
  const { log, topics = EVENT_TOPICS, asOf = Infinity } = options
  const keep = keeper(options)
  const ends = await log.ends(partitionsOf(log, topics))
  yield* mergeKnown(ends.map((end) => cutKnown(readAdmitted(options, end), keep, asOf)))
}

function keeper({ run, swarm, where }: ReplayOptions): (record: AdmittedRecord) => boolean {
  return ({ envelope }) =>
    envelope.run === run &&
    (swarm === undefined || envelope.swarm === swarm) &&
    (where === undefined || where(envelope))
}
