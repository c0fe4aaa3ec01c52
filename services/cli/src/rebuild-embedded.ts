import type { Clock } from '@waggle/base'
import { createCoordinationProjection } from '@waggle/view-coordination'
import { createHotProjection } from '@waggle/view-hot'
import { createFileVault } from '@waggle/vault'
import { keptViews, vaultPath } from '@waggle-services/embedded'
import type { OpenedLog } from './open-log.ts'
import { analyticsTarget } from './rebuild-analytics.ts'
import type { FolderTarget } from './rebuild-folders.ts'
import { memoryTarget } from './rebuild-memory.ts'
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
  memory: ({ data, source }) => {
    const { memory, recall } = keptViews(data)
    const vault = createFileVault(vaultPath({ dataDir: data }))
    return memoryTarget({ data, source, vault, memory, recall })
  },
}
