import { holdData, mend, type ViewFolders } from '@waggle/consume'
import type { OpenedLog } from './open-log.ts'
import type { FolderTarget } from './rebuild-folders.ts'
import type { RebuildTarget } from './rebuild-target.ts'

/** What is rebuilt in a folder, which is held until it is closed; what a kill broke off there is put in order first. */
export async function openHeldTarget(
  { folder, kept, source }: HeldFolder,
  make: () => FolderTarget,
): Promise<RebuildTarget> {
  const close = (): Promise<void> => source.log.close()
  try {
    const hold = holdData(folder, 'rebuild')
    for (const folders of Object.values(kept)) mend(folders)
    return { ...make(), close: () => close().finally(() => hold.release()) }
  } catch (error) {
    await close()
    throw error
  }
}

export interface HeldFolder {
  readonly folder: string
  readonly kept: Readonly<Record<string, ViewFolders>>
  /** Closed with the target, or at once where there is none. */
  readonly source: OpenedLog
}
