import type { Position, TopicPartition } from '@waggle/event'
import { partitionName } from '@waggle/event'
import type { AppendRecord, AppendResult } from '../event-log.ts'
import type { PartitionBatch } from './kafka-driver.ts'

export interface PlacedAppend {
  readonly record: AppendRecord
  readonly at: TopicPartition
  readonly bytes: number
  /** Most bytes of its partition in one request: no more than the topic's max.message.bytes. */
  readonly partitionBytesMax: number
}

/** A call of `append` on its way: its first `taken` records are in rounds. */
export interface PendingAppend {
  readonly records: readonly PlacedAppend[]
  readonly results: AppendResult[]
  taken: number
  readonly resolve: (results: AppendResult[]) => void
  readonly reject: (error: unknown) => void
}

interface RoundBatch extends TopicPartition {
  readonly records: AppendRecord[]
  readonly owners: { readonly append: PendingAppend; readonly index: number }[]
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
  const batches = new Map<string, RoundBatch>()
  const appends = new Set<PendingAppend>()
  let total = 0
  while (queue.length > 0) {
    const append = queue[0]!
    while (append.taken < append.records.length) {
      const { record, at, bytes, partitionBytesMax } = append.records[append.taken]!
      const name = partitionName(at)
      const batch = batches.get(name) ?? { ...at, records: [], owners: [], bytes: 0 }
      const partitionFull = batch.bytes > 0 && batch.bytes + bytes > partitionBytesMax
      if (partitionFull || (total > 0 && total + bytes > requestBytesMax)) {
        return { batches: [...batches.values()], appends }
      }
      batches.set(name, batch)
      batch.records.push(record)
      batch.owners.push({ append, index: append.taken++ })
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
  return round.batches.map(({ topic, partition, records }) => ({ topic, partition, records }))
}

/** Writes the positions of an acknowledged round down and answers the calls that are complete. */
export function settleRound(round: Round, baseOffsets: readonly bigint[]): void {
  round.batches.forEach(({ topic, partition, owners }, index) => {
    const base = baseOffsets[index]!
    owners.forEach(({ append, index: place }, behind) => {
      const position: Position = { topic, partition, offset: base + BigInt(behind) }
      append.results[place] = { ...position, duplicate: false }
    })
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
