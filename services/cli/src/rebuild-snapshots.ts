import { dirname } from 'node:path'
import { silentLogger, WaggleError } from '@waggle/base'
import {
  createFileSnapshots,
  diffRows,
  removeWhole,
  SHADOW,
  snapshotIdentity,
  type KeptProjection,
  type RowDifference,
  type SnapshotHeader,
  type ViewFolders,
  type ViewRow,
} from '@waggle/consume'
import { partitionName, type Position } from '@waggle/event'
import type { OpenedLog } from './open-log.ts'
import { feedTo } from './rebuild-feed.ts'
import { alone, folderSteps, type FolderTarget } from './rebuild-folders.ts'
import type { Built, ShadowOptions } from './rebuild-target.ts'

export interface SnapshotTargetOptions<P extends KeptProjection> {
  readonly data: string
  readonly folders: ViewFolders
  readonly source: OpenedLog
  /** Empty, and mute; as the one was that put away a state under this key, if there is one. */
  readonly make: (key?: string) => P
  /** The state holds opened texts: no bus may run even while it is built, for what it erases would stay. */
  readonly isOpened?: boolean
}

/** What a start of the bus would take up. */
interface Stored<P> {
  /** How far the view was that left it, and so what it has said in the log. */
  readonly mark: readonly Position[]
  readonly header: SnapshotHeader
  /** Undefined where a start folds the log, because no snapshot is whole and of this version. */
  readonly live: P | undefined
}

/**
 * A view in process, of which a start of the bus reads the newest snapshot: the shadow is a fold of the log up to that
 * snapshot's positions, put away beside it. A bus may run during `shadow` and `diff`, which look only at what it has put
 * away.
 */
export function snapshotTarget<P extends KeptProjection>(
  options: SnapshotTargetOptions<P>,
): FolderTarget {
  const { data, folders, source, make, isOpened = false } = options
  const kept = { folder: dirname(folders.live), log: source.log, logger: silentLogger }
  const shadows = createFileSnapshots({ ...kept, suffix: SHADOW })
  const { name } = make()
  let shadow: P | undefined

  const stored = async (): Promise<Stored<P>> => {
    // A new one each time: headers that it has read may be of files that another process replaced.
    const snapshots = createFileSnapshots(kept)
    const newest = await snapshots.newest(name)
    if (newest === undefined)
      throw new WaggleError('NOT_FOUND', `Nothing is stored of ${name}: a start folds the log`)
    const live = make(newest.key)
    const taken = await snapshots.restore(live)
    const header = taken ?? newest
    return { mark: markOf(header), header, live: taken === undefined ? undefined : live }
  }

  const bring = async (
    { mark, header: { key } }: Stored<P>,
    { resume, onProgress }: ShadowOptions,
  ): Promise<Built> => {
    if (!resume) {
      removeWhole(folders.shadow)
      shadow = undefined
    }
    let isStored = shadow !== undefined
    if (shadow === undefined || (await isBeyond(shadow, mark))) {
      shadow = make(key)
      const fits = (header: SnapshotHeader): boolean => !liesBehind(mark, markOf(header))
      isStored = (await shadows.restore(shadow, { fits })) !== undefined
    }
    const built = await feedTo(source, shadow, mark, onProgress)
    if (built.records > 0 || !isStored) await shadows.save(shadow)
    return built
  }

  const ready = async (): Promise<Stored<P>> => {
    const found = await stored()
    await bring(found, { resume: true, onProgress: () => {} })
    return found
  }

  const held = <T>(task: () => Promise<T>): Promise<T> => (isOpened ? alone(data, task) : task())

  return {
    name,
    shadow: (wanted) => held(async () => bring(await stored(), wanted)),
    diff: () =>
      held(async () => {
        const { live, header } = await ready()
        if (live !== undefined) return diffRows(rowsOf(live), rowsOf(shadow!))
        return whyNotTaken(header, shadow!)
      }),
    ...folderSteps(data, folders, async () => void (await ready())),
  }
}

function markOf({ partitions }: SnapshotHeader): Position[] {
  return partitions.map(({ topic, partition, nextOffset }) => {
    return { topic, partition, offset: BigInt(nextOffset) }
  })
}

async function isBeyond(projection: KeptProjection, mark: readonly Position[]): Promise<boolean> {
  const checkpoints = await projection.checkpoints()
  return liesBehind(
    mark,
    checkpoints.map((at) => ({ ...at, offset: at.nextOffset })),
  )
}

/** Whether these positions are, in any partition, before those. */
function liesBehind(these: readonly Position[], those: readonly Position[]): boolean {
  const offsets = new Map(these.map((at) => [partitionName(at), at.offset]))
  return those.some((at) => at.offset > (offsets.get(partitionName(at)) ?? 0n))
}

function rowsOf(projection: KeptProjection): Iterable<ViewRow> {
  if (projection.rows !== undefined) return projection.rows()
  throw new WaggleError('NOT_FOUND', `${projection.name} cannot be compared row by row`)
}

/** What another version put away is not read, so its rows cannot be named. */
function whyNotTaken(header: SnapshotHeader, shadow: KeptProjection): RowDifference[] {
  const { view: _view, ...wanted } = snapshotIdentity(shadow)
  const found = header as unknown as Record<string, unknown>
  const changed = Object.entries(wanted).filter(([field, value]) => found[field] !== value)
  if (changed.length === 0)
    return [{ is: 'changed', key: 'snapshot', live: 'damaged', shadow: 'whole' }]
  return changed.map(([field, value]) => {
    const key = `snapshot/${field}`
    return { is: 'changed', key, live: String(found[field]), shadow: String(value) }
  })
}
