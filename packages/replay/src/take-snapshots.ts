import type { AdmittedSource, KeptProjection, Snapshots } from '@waggle/consume'
import { partitionName } from '@waggle/event'
import { partitionsOf } from '@waggle/log'
import { inKnownOrder } from './known-order.ts'

export interface TakeSnapshotsOptions extends AdmittedSource {
  readonly snapshots: Snapshots
  /** The run whose time they are spread over; live if left out. */
  readonly run?: string | null
  /** Records from one snapshot to the next. */
  readonly everyRecords: number
}

/**
 * Makes the snapshots that a running view would have left behind, from a log that was written before, beginning where
 * the projection stands: partitions are read in the order of knowing, so that each snapshot holds what was known up to
 * some time and little that was known later. The last is of the log's end. Returns how many there are.
 */
export async function takeSnapshots(
  projection: KeptProjection,
  { snapshots, run = null, everyRecords, ...source }: TakeSnapshotsOptions,
): Promise<number> {
  const stored = new Map((await projection.checkpoints()).map((at) => [partitionName(at), at]))
  const ends = await source.log.ends(partitionsOf(source.log, projection.topics))
  const partitions = ends.map((end) => ({ end, from: stored.get(partitionName(end)) }))
  let [taken, since] = [0, 0]
  const save = async (): Promise<void> => {
    since = 0
    if ((await snapshots.save(projection)) !== undefined) taken++
  }
  for await (const { batch } of inKnownOrder({ ...source, run, at: Infinity }, partitions)) {
    await projection.apply(batch)
    since += Number(batch.nextOffset - batch.firstOffset)
    if (since >= everyRecords) await save()
  }
  if (since > 0) await save()
  return taken
}
