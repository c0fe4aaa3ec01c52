import type { Micros } from '@waggle/base'
import {
  readBatches,
  type AdmittedSource,
  type KeptProjection,
  type ProjectionBatch,
  type Snapshots,
} from '@waggle/consume'
import { partitionName } from '@waggle/event'
import { partitionsOf } from '@waggle/log'
import type { Cut } from './as-of.ts'

export interface TakeSnapshotsOptions extends AdmittedSource {
  readonly snapshots: Snapshots
  /** The run whose time they are spread over; live if left out. */
  readonly run?: string | null
  /** Records from one snapshot to the next. */
  readonly everyRecords: number
  /** Nothing beyond it is read, and there is no snapshot of what is left before it; the log's end if left out. */
  readonly until?: Cut
}

/** Partitions differ by a batch at most when a snapshot is taken, so batches are small. */
const BATCH_RECORDS = 1024

interface Head {
  readonly batches: AsyncGenerator<ProjectionBatch>
  batch: ProjectionBatch
  /** When its first event of the run counts as known; batches without one come at once. */
  knownFrom: Micros
}

/**
 * Makes the snapshots that a running view would have left behind, from a log that was written before, beginning where
 * the projection stands: partitions are read in the order of knowing, so that each snapshot holds what was known up to
 * some time and little that was known later. Returns how many there are.
 */
export async function takeSnapshots(
  projection: KeptProjection,
  { snapshots, run = null, everyRecords, until, ...source }: TakeSnapshotsOptions,
): Promise<number> {
  const heads: Head[] = []
  const advance = async ({ batches }: Pick<Head, 'batches'>): Promise<void> => {
    const { value, done } = await batches.next()
    if (done === true) return
    const ofRun = value.events.filter(({ envelope }) => envelope.run === run)
    if (until !== undefined && (ofRun.at(-1)?.knownFrom ?? -Infinity) > until.at)
      return void (await batches.return(undefined))
    heads.push({ batches, batch: value, knownFrom: ofRun[0]?.knownFrom ?? -Infinity })
  }
  const stored = new Map((await projection.checkpoints()).map((at) => [partitionName(at), at]))
  const ends = until?.ends ?? (await source.log.ends(partitionsOf(source.log, projection.topics)))
  for (const end of ends) {
    const start = stored.get(partitionName(end))
    if ((start?.nextOffset ?? 0n) >= end.offset) continue
    const batches = readBatches({ batchRecords: BATCH_RECORDS, ...source }, end, start)
    await advance({ batches })
  }
  let taken = 0
  for (let since = 0; heads.length > 0;) {
    const head = heads.reduce((a, b) => (b.knownFrom < a.knownFrom ? b : a))
    heads.splice(heads.indexOf(head), 1)
    await projection.apply(head.batch)
    since += Number(head.batch.nextOffset - head.batch.firstOffset)
    await advance(head)
    if (since < everyRecords && (heads.length > 0 || until !== undefined)) continue
    since = 0
    if ((await snapshots.save(projection)) !== undefined) taken++
  }
  return taken
}
