import type { Snapshots } from '@waggle/consume'
import type { Forgetter } from './project-erasures.ts'

/** Views put away whole that hold opened texts, or forget what they were told. */
const FORGETFUL = ['memory', 'memory-past', 'reasoning-bank'] as const

/**
 * Deletes the snapshots of these views: each puts itself away again. Of others, what was said about subjects is sealed
 * in snapshots as in the log.
 */
export function snapshotForgetters(snapshots: Snapshots | undefined): Forgetter[] {
  if (snapshots === undefined) return []
  return FORGETFUL.map((view) => ({
    name: `${view}-snapshots`,
    forget: () => snapshots.drop(view),
  }))
}
