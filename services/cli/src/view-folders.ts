import { existsSync, renameSync, rmSync } from 'node:fs'
import { WaggleError } from '@waggle/base'

/**
 * A view kept in a folder, with one beside it that is being built and the one before the last switch. All of them are
 * whole views at all times, and which is live is which has the name; so a kill at any step leaves a state that the
 * next command goes on from:
 *
 *   live, shadow            building, or built: goes on from the shadow's own positions
 *   shadow, previous        killed within a switch or a rollback: the shadow takes the name
 */
export interface ViewFolders {
  readonly live: string
  readonly shadow: string
  readonly previous: string
}

export function viewFolders(live: string): ViewFolders {
  return { live, shadow: `${live}.shadow`, previous: `${live}.previous` }
}

/** Finishes what a kill broke off. */
export function mend({ live, shadow, previous }: ViewFolders): void {
  if (!existsSync(live) && existsSync(shadow) && existsSync(previous)) renameSync(shadow, live)
}

/** The shadow becomes live, and what was live the one before. */
export function switchFolders({ live, shadow, previous }: ViewFolders): void {
  rmSync(previous, { recursive: true, force: true })
  if (existsSync(live)) renameSync(live, previous)
  renameSync(shadow, live)
}

/** The one before is live again, and what was live the shadow. NOT_FOUND where there is none. */
export function rollbackFolders({ live, shadow, previous }: ViewFolders): void {
  if (!existsSync(previous))
    throw new WaggleError('NOT_FOUND', `There is no ${previous} to go back to`, { input: previous })
  rmSync(shadow, { recursive: true, force: true })
  if (existsSync(live)) renameSync(live, shadow)
  renameSync(previous, live)
}
