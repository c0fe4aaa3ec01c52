import {
  dropFolders,
  holdData,
  rollbackFolders,
  switchFolders,
  type ViewFolders,
} from '@waggle/consume'
import type { RebuildTarget } from './rebuild-target.ts'

/** Closed by whoever opened the log under it. */
export type FolderTarget = Omit<RebuildTarget, 'close'>

/**
 * Runs a task that exchanges what a start of the bus reads. VIEW_UNAVAILABLE while a bus runs on the data, for that
 * would put its own state in place when it stops.
 */
export async function alone<T>(data: string, task: () => T | Promise<T>): Promise<T> {
  const hold = holdData(data, 'exchange')
  try {
    return await task()
  } finally {
    hold.release()
  }
}

/** The steps of a target in folders; `ready` brings the shadow up to where the live view stands. */
export function folderSteps(data: string, folders: ViewFolders, ready: () => Promise<void>) {
  return {
    switch: () =>
      alone(data, async () => {
        await ready()
        switchFolders(folders)
      }),
    rollback: () => alone(data, () => rollbackFolders(folders)),
    dropOld: () => alone(data, () => dropFolders(folders)),
  }
}
