import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Environment } from '@waggle/service'
import { createFileVault, type Vault } from '@waggle/vault'

/** The keys of an embedded bus's folder, or those of the cluster that the environment names, where there are any. */
export function openVault(data: string | undefined, environment: Environment): Vault | undefined {
  const folder = data === undefined ? environment['WAGGLE_VAULT_DIR'] : join(data, 'keys')
  return folder !== undefined && existsSync(folder) ? createFileVault(folder) : undefined
}
