import { WaggleError, type Clock } from '@waggle/base'
import type { Environment } from '@waggle/service'
import { createCoordinationProjection } from '@waggle/view-coordination'
import { createHotProjection } from '@waggle/view-hot'
import {
  holdData,
  keptViews,
  mend,
  type KeptView,
  type ViewFolders,
} from '@waggle-services/embedded'
import { openLog, type OpenedLog } from './open-log.ts'
import { analyticsTarget } from './rebuild-analytics.ts'
import type { FolderTarget } from './rebuild-folders.ts'
import { memoryTarget } from './rebuild-memory.ts'
import { snapshotTarget } from './rebuild-snapshots.ts'
import type { RebuildTarget } from './rebuild-target.ts'

export interface TargetOptions {
  readonly view: string
  /** Folder of an embedded bus; the cluster that the environment names if left out. */
  readonly data: string | undefined
  readonly environment: Environment
  readonly clock: Clock
}

interface FolderParts {
  readonly data: string
  readonly folders: ViewFolders
  readonly source: OpenedLog
  readonly clock: Clock
}

const mute = { publish: async () => {}, lookAgain: () => {} }

const EMBEDDED: Readonly<Record<KeptView, (parts: FolderParts) => FolderTarget>> = {
  analytics: analyticsTarget,
  coordination: (parts) =>
    snapshotTarget({ ...parts, make: () => createCoordinationProjection(mute) }),
  hot: (parts) => snapshotTarget({ ...parts, make: createHotProjection }),
  memory: memoryTarget,
}

/** Views of a cluster, each opened from the environment. */
const CLUSTER: Readonly<Record<string, (options: TargetOptions) => Promise<RebuildTarget>>> = {}

/** CONFIG_INVALID for a view that cannot be rebuilt there. */
export async function openTarget(options: TargetOptions): Promise<RebuildTarget> {
  const { view, data } = options
  const known: object = data === undefined ? CLUSTER : EMBEDDED
  if (!Object.hasOwn(known, view)) {
    const where = data === undefined ? 'of a cluster (without --data)' : 'of an embedded bus'
    const names = Object.keys(known).join(', ') || 'none'
    throw new WaggleError('CONFIG_INVALID', `${view}: the views ${where} are ${names}`, {
      input: view,
    })
  }
  return data === undefined ? CLUSTER[view]!(options) : openFolder(view as KeptView, data, options)
}

/** What a kill broke off is put in order first. */
async function openFolder(
  view: KeptView,
  data: string,
  { environment, clock }: TargetOptions,
): Promise<RebuildTarget> {
  const source = await openLog(data, environment)
  const close = (): Promise<void> => source.log.close()
  try {
    const hold = holdData(data, 'rebuild')
    const folders = keptViews(data)[view]
    mend(folders)
    const target = EMBEDDED[view]({ data, folders, source, clock })
    return { ...target, close: () => close().finally(() => hold.release()) }
  } catch (error) {
    await close()
    throw error
  }
}
