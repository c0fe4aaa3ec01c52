import type { Micros } from '@waggle/base'
import {
  emptyAdmission,
  readBatches,
  type AdmittedRecord,
  type AdmittedSource,
  type Checkpoint,
  type ProjectionBatch,
} from '@waggle/consume'
import type { Position } from '@waggle/event'

/** A batch of one partition, as far as it lies before a cut. */
export interface CutBatch {
  readonly batch: ProjectionBatch
  /** Of the run, and known by then. */
  readonly events: readonly AdmittedRecord[]
  /** The first record of the run behind the cut: nothing of the partition comes after it. */
  readonly beyond: bigint | undefined
}

export interface CutPartition {
  /** Read up to here at most. */
  readonly end: Position
  /** Where to begin; the start of the partition if left out. */
  readonly from: Checkpoint | undefined
}

export interface CutOptions extends AdmittedSource {
  /** Null is live. */
  readonly run: string | null
  /** What counts as known later is not read. */
  readonly at: Micros
}

/** One partition after the other. */
export async function* inTurn(
  source: CutOptions,
  partitions: readonly CutPartition[],
): AsyncGenerator<CutBatch> {
  for (const partition of partitions) yield* cutBatches(source, partition)
}

/** Partitions differ by a batch at most wherever the reader stops, so batches are small. */
const BATCH_RECORDS = 512

/**
 * Of all partitions, what counts as known first comes first; so wherever the reader stops, it has what was known up
 * to some time and little that was known later. Batches without an event of the run come at once.
 */
export async function* inKnownOrder(
  source: CutOptions,
  partitions: readonly CutPartition[],
): AsyncGenerator<CutBatch> {
  const heads: { rest: AsyncGenerator<CutBatch>; next: CutBatch; knownFrom: Micros }[] = []
  const advance = async (rest: AsyncGenerator<CutBatch>): Promise<void> => {
    const { value, done } = await rest.next()
    if (done !== true)
      heads.push({ rest, next: value, knownFrom: value.events[0]?.knownFrom ?? -Infinity })
  }
  for (const partition of partitions)
    await advance(cutBatches({ batchRecords: BATCH_RECORDS, ...source }, partition))
  while (heads.length > 0) {
    const first = heads.reduce((a, b) => (b.knownFrom < a.knownFrom ? b : a))
    heads.splice(heads.indexOf(first), 1)
    yield first.next
    await advance(first.rest)
  }
}

async function* cutBatches(
  { run, at, ...source }: CutOptions,
  { end, from }: CutPartition,
): AsyncGenerator<CutBatch> {
  const start = from ?? { nextOffset: 0n, admission: emptyAdmission() }
  for await (const batch of readBatches(source, end, start)) {
    const ofRun = batch.events.filter(({ envelope }) => envelope.run === run)
    const behind = ofRun.findIndex(({ knownFrom }) => knownFrom > at)
    const events = behind < 0 ? ofRun : ofRun.slice(0, behind)
    yield { batch, events, beyond: behind < 0 ? undefined : ofRun[behind]!.record.offset }
    if (behind >= 0) return
  }
}
