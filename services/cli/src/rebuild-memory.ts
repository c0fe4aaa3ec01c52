import type { ViewFolders } from '@waggle/consume'
import type { Vault } from '@waggle/vault'
import { emptyMemory } from '@waggle-services/embedded'
import type { OpenedLog } from './open-log.ts'
import type { FolderTarget } from './rebuild-folders.ts'
import { jointTarget } from './rebuild-joint.ts'
import { recallTarget } from './rebuild-recall.ts'
import { snapshotTarget } from './rebuild-snapshots.ts'

export interface MemoryTargetParts {
  /** The folder that whoever keeps the view holds. */
  readonly data: string
  readonly source: OpenedLog
  readonly vault: Vault | undefined
  readonly memory: ViewFolders
  readonly recall: ViewFolders
}

/** A start takes up the state, and vectors from the indexes beside it. */
export function memoryTarget({ memory, recall, ...parts }: MemoryTargetParts): FolderTarget {
  const make = (key?: string) => emptyMemory({ ...parts.source, vault: parts.vault }, key)
  return jointTarget('memory', [
    recallTarget({ ...parts, folders: recall }),
    snapshotTarget({ ...parts, folders: memory, make, isOpened: true }),
  ])
}
