import { existsSync } from 'node:fs'
import { silentLogger, type Clock } from '@waggle/base'
import { createRunner, diffRows, type RowDifference, type ViewRow } from '@waggle/consume'
import { partitionsOf } from '@waggle/log'
import {
  ANALYTICS_VERSION,
  createAnalyticsProjection,
  createCheckpointTable,
  partitionHashes,
} from '@waggle/view-analytics'
import { removeWhole, type ViewFolders } from '@waggle/consume'
import type { OpenedLog } from './open-log.ts'
import { feedTo } from './rebuild-feed.ts'
import { alone, folderSteps, type FolderTarget } from './rebuild-folders.ts'
import type { Built, ShadowOptions } from './rebuild-target.ts'

export interface AnalyticsTargetOptions {
  readonly data: string
  readonly folders: ViewFolders
  readonly source: OpenedLog
  readonly clock: Clock
}

type Store = Parameters<typeof partitionHashes>[0]

const CATCH_UP_MS = 86_400_000

/**
 * The ClickHouse tables of an embedded bus, in a folder that one process has at a time: a bus may run during `shadow`,
 * and not from `diff` on. A row of the comparison is a partition of the log in a table.
 */
export function analyticsTarget(options: AnalyticsTargetOptions): FolderTarget {
  const { data, folders, source } = options
  const build = ({ resume, onProgress }: ShadowOptions): Promise<Built> => {
    if (!resume) removeWhole(folders.shadow)
    return withStore(folders.shadow, async (store) => {
      const projection = createAnalyticsProjection(store)
      const ends = await source.log.ends(partitionsOf(source.log, projection.topics))
      return feedTo(source, projection, ends, onProgress)
    })
  }
  /** Both at the end of the log. */
  const ready = async (): Promise<ViewRow[] | number> => {
    const live = existsSync(folders.live)
      ? await withStore(folders.live, (store) => caughtUpRows(store, options))
      : []
    await build({ resume: true, onProgress: () => {} })
    return live
  }
  return {
    name: 'analytics',
    shadow: build,
    diff: () =>
      alone(data, async () => {
        const live = await ready()
        if (typeof live === 'number') return [otherVersion(live)]
        return diffRows(live, await withStore(folders.shadow, partitionHashes))
      }),
    ...folderSteps(data, folders, async () => void (await ready())),
  }
}

/**
 * The rows, once they have come to the end of the log as they do at a start of the bus: what they refuse of the rest is
 * said in the log, where the shadow, which reads as far, is mute. Rows of another version are left alone, for to open
 * them is to drop them: the version is given instead.
 */
async function caughtUpRows(
  store: Store,
  { source, clock }: AnalyticsTargetOptions,
): Promise<ViewRow[] | number> {
  const checkpoints = createCheckpointTable(store)
  await checkpoints.create()
  const version = await checkpoints.version()
  if (version !== ANALYTICS_VERSION) return version
  const projection = createAnalyticsProjection(store)
  const runner = createRunner({ ...source, projection, clock, logger: silentLogger })
  await runner.start()
  try {
    await runner.caughtUp(CATCH_UP_MS)
  } finally {
    await runner.stop()
  }
  return partitionHashes(store)
}

function otherVersion(live: number): RowDifference {
  const shadow = String(ANALYTICS_VERSION)
  return { is: 'changed', key: 'tables/version', live: String(live), shadow }
}

async function withStore<T>(folder: string, use: (store: Store) => Promise<T>): Promise<T> {
  const { openChdbStore } = await import('@waggle/view-analytics/chdb')
  const store = await openChdbStore(folder)
  try {
    return await use(store)
  } finally {
    await store.close()
  }
}
