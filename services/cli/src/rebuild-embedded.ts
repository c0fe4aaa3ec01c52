import type { Clock } from '@waggle/base'
import { createCoordinationProjection } from '@waggle/view-coordination'
import { createHotProjection } from '@waggle/view-hot'
import { emptyMemory, keptViews } from '@waggle-services/embedded'
import type { OpenedLog } from './open-log.ts'
import { analyticsTarget } from './rebuild-analytics.ts'
import type { FolderTarget } from './rebuild-folders.ts'
import { jointTarget } from './rebuild-joint.ts'
import { recallTarget } from './rebuild-recall.ts'
import { snapshotTarget } from './rebuild-snapshots.ts'

export interface EmbeddedParts {
  /** Folder of the bus. */
  readonly data: string
  readonly source: OpenedLog
  readonly clock: Clock
}

const mute = { publish: async () => {}, lookAgain: () => {} }

/** Views of an embedded bus. */
export const EMBEDDED_TARGETS: Readonly<Record<string, (parts: EmbeddedParts) => FolderTarget>> = {
  analytics: (parts) => analyticsTarget({ ...parts, folders: keptViews(parts.data).analytics }),
  coordination: (parts) =>
    snapshotTarget({
      ...parts,
      folders: keptViews(parts.data).coordination,
      make: () => createCoordinationProjection(mute),
    }),
  hot: (parts) =>
    snapshotTarget({
      ...parts,
      folders: keptViews(parts.data).hot,
      make: () => createHotProjection(),
    }),
  memory: memoryTarget,
}

/** A start takes up the state, and vectors from the indexes beside it. */
function memoryTarget(parts: EmbeddedParts): FolderTarget {
  const { memory, recall } = keptViews(parts.data)
  const make = (key?: string) => emptyMemory({ ...parts.source, dataDir: parts.data }, key)
  return jointTarget('memory', [
    recallTarget({ ...parts, folders: recall }),
    snapshotTarget({ ...parts, folders: memory, make, isOpened: true }),
  ])
}
