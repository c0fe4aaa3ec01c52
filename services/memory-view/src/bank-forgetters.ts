import type { Snapshots } from '@waggle/consume'
import type { Forgetter } from './project-erasures.ts'

/**
 * Deletes the snapshots of the bank, the one view put away whole that forgets what it was told: of others, what was said
 * about subjects is sealed in snapshots as in the log.
 */
export function bankForgetters(snapshots: Snapshots | undefined): Forgetter[] {
  if (snapshots === undefined) return []
  return [{ name: 'bank-snapshots', forget: () => snapshots.drop('reasoning-bank') }]
}
