import type { AdmittedRecord, KnownEvent } from '@waggle/consume'
import { comparePositions, EVENT_TOPICS, partitionName, type Position } from '@waggle/event'
import { partitionsOf, type EventLog } from '@waggle/log'
import type { KnownBatch } from './known-batch.ts'
import { mergeBlocks } from './merge-blocks.ts'
import { readKnown, type ReplaySource, type Wanted } from './read-known.ts'

export interface ReplayOptions extends ReplaySource, Wanted {
  /** All event topics if left out. */
  readonly topics?: readonly string[]
  /** Only from these offsets on, by partition name; a partition without one from its start. */
  readonly start?: ReadonlyMap<string, number>
  /** Only before these; before the ends that the log has at the start if left out. */
  readonly ends?: readonly Position[]
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
  for await (const batch of replayKnown(options)) yield batch.events()
}

/** The same undecoded: routing fields can be read, the rest stays bytes. */
export async function* replayAdmitted(options: ReplayOptions): AsyncGenerator<AdmittedRecord[]> {
  for await (const batch of replayKnown(options)) {
    yield Array.from({ length: batch.length }, (_, i) => batch.admitted(i))
  }
}

/** The same as columns, ticks included: nothing is made of a record before it is asked for. */
export async function* replayKnown(options: ReplayOptions): AsyncGenerator<KnownBatch> {
  const { log, codec, topics = EVENT_TOPICS, start } = options
  const ends = options.ends === undefined ? await sortedEnds(log, topics) : inOrder(options.ends)
  yield* mergeBlocks(
    ends.map((end) => readKnown(options, options, end, start?.get(partitionName(end)))),
    codec,
    options.batchRecords,
  )
}

/** The ends of all partitions, in the order that decides between equal times. */
export async function sortedEnds(log: EventLog, topics: readonly string[]): Promise<Position[]> {
  return inOrder(await log.ends(partitionsOf(log, topics)))
}

function inOrder(ends: readonly Position[]): Position[] {
  return [...ends].sort((a, b) => comparePositions({ ...a, offset: 0n }, { ...b, offset: 0n }))
}
