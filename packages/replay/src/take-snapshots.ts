import type { Micros } from '@waggle/base'
import {
  readBatches,
  type AdmittedSource,
  type KeptProjection,
  type ProjectionBatch,
  type Snapshots,
} from '@waggle/consume'
import { partitionsOf } from '@waggle/log'

export interface TakeSnapshotsOptions extends AdmittedSource {
  readonly snapshots: Snapshots
  /** The run whose time they are spread over; live if left out. */
  readonly run?: string | null
  /** Records from one snapshot to the next. */
  readonly everyRecords: number
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
 * Makes the snapshots that a running view would have left behind, from a log that was written before: partitions are
 * read in the order of knowing, so that each snapshot holds what was known up to some time and little that was
 * known later. Returns how many there are.
 */
export async function takeSnapshots(
  projection: KeptProjection,
  { snapshots, run = null, everyRecords, ...source }: TakeSnapshotsOptions,
): Promise<number> {
  const heads: Head[] = []
  const advance = async ({ batches }: Pick<Head, 'batches'>): Promise<void> => {
    const { value, done } = await batches.next()
    if (done === true) return
    const first = value.events.find(({ envelope }) => envelope.run === run)
    heads.push({ batches, batch: value, knownFrom: first?.knownFrom ?? -Infinity })
  }
  for (const end of await source.log.ends(partitionsOf(source.log, projection.topics)))
    await advance({ batches: readBatches({ batchRecords: BATCH_RECORDS, ...source }, end) })
  let taken = 0
  for (let since = 0; heads.length > 0;) {
    const head = heads.reduce((a, b) => (b.knownFrom < a.knownFrom ? b : a))
    heads.splice(heads.indexOf(head), 1)
    await projection.apply(head.batch)
    since += Number(head.batch.nextOffset - head.batch.firstOffset)
    await advance(head)
    if (since < everyRecords && heads.length > 0) continue
    since = 0
    if ((await snapshots.save(projection)) !== undefined) taken++
  }
  return taken
}
