import { closeSync, existsSync, fsyncSync, openSync, renameSync, rmSync } from 'node:fs'
import { dirname } from 'node:path'
import { WaggleError } from '@waggle/base'

/**
 * A view kept in a folder, with one beside it that is being built and the one before the last switch. All of them are
 * whole views at all times, and which is live is which has the name; so a kill at any step leaves a state that the
 * next command, or the next start of the bus, goes on from:
 *
 *   live, shadow            building, or built
 *   shadow, previous        killed within a switch or a rollback: the shadow takes the name
 */
export interface ViewFolders {
  readonly live: string
  readonly shadow: string
  readonly previous: string
}

export const SHADOW = '.shadow'

export function viewFolders(live: string): ViewFolders {
  return { live, shadow: `${live}${SHADOW}`, previous: `${live}.previous` }
}

/** Finishes what a kill broke off. */
export function mend({ live, shadow, previous }: ViewFolders): void {
  if (!existsSync(live) && existsSync(shadow) && existsSync(previous)) renameDurably(shadow, live)
}

/** The shadow becomes live, and what was live the one before. NOT_FOUND where there is no shadow. */
export function switchFolders({ live, shadow, previous }: ViewFolders): void {
  assertThere(shadow, 'to switch to')
  removeWhole(previous)
  if (existsSync(live)) renameDurably(live, previous)
  renameDurably(shadow, live)
}

/** The one before is live again, and what was live the shadow. NOT_FOUND where there is none. */
export function rollbackFolders({ live, shadow, previous }: ViewFolders): void {
  assertThere(previous, 'to go back to')
  removeWhole(shadow)
  if (existsSync(live)) renameDurably(live, shadow)
  renameDurably(previous, live)
}

/** Removes what does not serve; how many folders that were. */
export function dropFolders({ shadow, previous }: ViewFolders): number {
  return [shadow, previous].filter(removeWhole).length
}

/** A kill leaves all of it under its name, or nothing; false where there was nothing. */
export function removeWhole(folder: string): boolean {
  const removed = `${folder}.removed`
  rmSync(removed, { recursive: true, force: true })
  if (!existsSync(folder)) return false
  renameDurably(folder, removed)
  rmSync(removed, { recursive: true, force: true })
  return true
}

function assertThere(folder: string, what: string): void {
  if (!existsSync(folder))
    throw new WaggleError('NOT_FOUND', `There is no ${folder} ${what}`, { input: folder })
}

/** A power loss finds the folder under one name or the other. */
function renameDurably(from: string, to: string): void {
  renameSync(from, to)
  const parent = openSync(dirname(to), 'r')
  fsyncSync(parent)
  closeSync(parent)
}
