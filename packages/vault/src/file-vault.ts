import { createVault } from './create-vault.ts'
import { createFileKeys } from './file-keys.ts'
import type { Vault } from './vault.ts'

/**
 * Keys in a folder of their own, one small file each, readable by its owner alone. Keep the folder apart from the
 * backups of the log, and let backups of it expire: a key that a backup brings back undoes an erasure (until the
 * eraser reads the wish in the log again and destroys it again).
 *
 * `destroy` overwrites and unlinks, which is what a program can do. A file system that copies on write (btrfs,
 * ZFS, snapshots of volumes) keeps the old blocks until they are reused, and so does the wear levelling of an
 * SSD: put the folder on an encrypted volume, or put the keys into a key management service (`createVault`).
 * Keys and opened texts also stay in the memory of running processes until it is reused.
 */
export function createFileVault(folder: string): Vault {
  return createVault(createFileKeys(folder))
}
