import type { TopicPartition } from '@waggle/event'
import type { AppendRecord, AppendResult } from '../event-log.ts'
import type { PartitionBatch } from './kafka-driver.ts'

export interface PlacedAppend {
  readonly record: AppendRecord
  readonly at: Destination
  readonly bytes: number
}

/** One object for each partition: it is its own key in maps. */
export interface Destination extends TopicPartition {
  /** Most bytes in one request: no more than the topic's max.message.bytes. */
  readonly bytesMax: number
}

/** A call of `append` on its way: its first `taken` records are in rounds. */
export interface PendingAppend {
  readonly records: readonly PlacedAppend[]
  readonly results: AppendResult[]
  taken: number
  readonly resolve: (results: AppendResult[]) => void
  readonly reject: (error: unknown) => void
}

interface RoundBatch {
  readonly at: Destination
  readonly records: AppendRecord[]
  /** For each record, the call it belongs to and its place there. */
  readonly owners: PendingAppend[]
  readonly places: number[]
  bytes: number
}

export interface Round {
  readonly batches: readonly RoundBatch[]
  /** Calls that have records in it. */
  readonly appends: ReadonlySet<PendingAppend>
}

/**
 * Takes records from the head of the queue, in order, until one does not fit: what is appended first is
 * sent first, whatever the partitions.
 */
export function takeRound(queue: PendingAppend[], requestBytesMax: number): Round {
  const batches = new Map<Destination, RoundBatch>()
  const appends = new Set<PendingAppend>()
  let total = 0
  while (queue.length > 0) {
    const append = queue[0]!
    while (append.taken < append.records.length) {
      const { record, at, bytes } = append.records[append.taken]!
      const batch = batches.get(at) ?? { at, records: [], owners: [], places: [], bytes: 0 }
      const partitionFull = batch.bytes > 0 && batch.bytes + bytes > at.bytesMax
      if (partitionFull || (total > 0 && total + bytes > requestBytesMax)) {
        return { batches: [...batches.values()], appends }
      }
      if (batch.records.length === 0) batches.set(at, batch)
      batch.records.push(record)
      batch.owners.push(append)
      batch.places.push(append.taken++)
      batch.bytes += bytes
      total += bytes
      appends.add(append)
    }
    queue.shift()
    if (append.records.length === 0) append.resolve([])
  }
  return { batches: [...batches.values()], appends }
}

export function partitionBatches(round: Round): PartitionBatch[] {
  return round.batches.map(({ at: { topic, partition }, records }) => ({
    topic,
    partition,
    records,
  }))
}

/** Writes the positions of an acknowledged round down and answers the calls that are complete. */
export function settleRound(round: Round, baseOffsets: readonly bigint[]): void {
  round.batches.forEach(({ at: { topic, partition }, owners, places }, index) => {
    let offset = baseOffsets[index]!
    for (let behind = 0; behind < owners.length; behind++, offset++) {
      owners[behind]!.results[places[behind]!] = { topic, partition, offset, duplicate: false }
    }
  })
  for (const append of round.appends) {
    if (append.taken === append.records.length && isComplete(append)) append.resolve(append.results)
  }
}

function isComplete({ records, results }: PendingAppend): boolean {
  for (let place = records.length - 1; place >= 0; place--) {
    if (results[place] === undefined) return false
  }
  return true
}
