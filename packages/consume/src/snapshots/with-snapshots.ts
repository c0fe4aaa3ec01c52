import { messageOf, type Logger } from '@waggle/base'
import { partitionName } from '@waggle/event'
import type { KeptProjection } from '../projection.ts'
import type { Snapshots } from './file-snapshots.ts'

export interface SnapshotOptions {
  readonly snapshots: Snapshots
  readonly logger: Logger
  /** Records between two snapshots; 250,000 if left out. */
  readonly everyRecords?: number
}

/** A projection that is put away as it goes. */
export interface SnapshottedProjection {
  /** Puts away what came since the last snapshot; for the end of a process. */
  saveSnapshot(): Promise<void>
}

const EVERY_RECORDS = 250_000

/**
 * The same projection, begun from its newest snapshot and put away every so many records. A rebuild takes nothing from
 * snapshots and deletes them: who asks for one does not trust what is there. A snapshot that cannot be written is a
 * warning, for nothing rests on it.
 */
export function withSnapshots<P extends KeptProjection>(
  projection: P,
  { snapshots, logger, everyRecords = EVERY_RECORDS }: SnapshotOptions,
): P & SnapshottedProjection {
  let begun = false
  let since = 0
  const save = async (): Promise<void> => {
    try {
      if ((await snapshots.save(projection)) !== undefined) since = 0
    } catch (error) {
      logger.warn({ view: projection.name, err: error }, `no snapshot: ${messageOf(error)}`)
    }
  }
  return {
    ...projection,
    checkpoints: async () => {
      if (!begun) await snapshots.restore(projection)
      begun = true
      return projection.checkpoints()
    },
    apply: async (batch) => {
      await projection.apply(batch)
      since += Number(batch.nextOffset - batch.firstOffset)
      if (since >= everyRecords) await save()
    },
    ...(projection.keep === undefined
      ? {}
      : {
          keep: async (partitions) => {
            await projection.keep!(partitions)
            begun = true
            const held = new Set((await projection.checkpoints()).map(partitionName))
            const missing = partitions.map(partitionName).filter((name) => !held.has(name))
            if (missing.length === 0) return
            const only = new Set(missing)
            await snapshots.restore(projection, {
              only,
              fits: (header) => header.partitions.some((at) => only.has(partitionName(at))),
            })
          },
        }),
    reset: async () => {
      begun = true
      since = 0
      await snapshots.drop(projection.name)
      await projection.reset()
    },
    saveSnapshot: async () => {
      if (since > 0) await save()
    },
  }
}
