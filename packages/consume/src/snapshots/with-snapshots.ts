import { messageOf, type Logger, type Service } from '@waggle/base'
import { partitionName } from '@waggle/event'
import type { KeptProjection } from '../projection.ts'
import type { Snapshots } from './file-snapshots.ts'

export interface SnapshotOptions {
  /** The projection stays as it is if left out. */
  readonly snapshots?: Snapshots | undefined
  readonly logger: Logger
  /** Records between two snapshots; 250,000 if left out. */
  readonly everyRecords?: number
}

/** A projection that is put away as it goes. */
export interface SnapshottedProjection {
  /** Puts away what came since the last snapshot, or all where that was deleted; for the end of a process. */
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
  if (snapshots === undefined) return { ...projection, saveSnapshot: async () => {} }
  let begun = false
  /** Whether it began from a snapshot, which may have been deleted since. */
  let held = false
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
      if (!begun) held = (await snapshots.restore(projection)) !== undefined
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
            await restoreMissing(projection, snapshots, partitions.map(partitionName))
          },
        }),
    reset: async () => {
      begun = true
      held = false
      since = 0
      await snapshots.drop(projection.name)
      await projection.reset()
    },
    saveSnapshot: async () => {
      const isGone = held && (await snapshots.newest(projection.name)) === undefined
      if (since > 0 || isGone) await save()
    },
  }
}

/**
 * Instances of a view of which one serves (`createSwitchableRunner`). Only the first begins from a snapshot: the others
 * are made to be compared with it, so they come from the log. One of them that serves at the end takes the place
 * of all that was put away by the one it replaced.
 */
export function snapshotsOfLive<P extends KeptProjection>(
  make: (isMuted: () => boolean) => P,
  options: SnapshotOptions,
): (isMuted: () => boolean) => P & SnapshottedProjection {
  let isFirst = true
  return (isMuted) => {
    const projection = make(isMuted)
    if (isFirst) {
      isFirst = false
      return withSnapshots(projection, options)
    }
    return {
      ...projection,
      saveSnapshot: async () => {
        await options.snapshots?.drop(projection.name)
        await options.snapshots?.save(projection)
      },
    }
  }
}

/** Partitions may have been put away by several processes, each with its own. */
async function restoreMissing(
  projection: KeptProjection,
  snapshots: Snapshots,
  wanted: readonly string[],
): Promise<void> {
  for (;;) {
    const held = new Set((await projection.checkpoints()).map(partitionName))
    const only = new Set(wanted.filter((name) => !held.has(name)))
    if (only.size === 0) return
    const restored = await snapshots.restore(projection, {
      only,
      fits: ({ partitions }) => partitions.some((at) => only.has(partitionName(at))),
    })
    if (restored === undefined) return
  }
}

/** The part of a service that, started before the runner, puts the view away once that has stopped. */
export function savedAtStop(name: string, served: () => SnapshottedProjection): Service {
  return { name: `${name}-snapshot`, start: async () => {}, stop: () => served().saveSnapshot() }
}
