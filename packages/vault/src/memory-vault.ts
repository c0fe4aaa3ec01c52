import { createHash } from 'node:crypto'
import type { Random } from '@waggle/base'
import { createVault } from './create-vault.ts'
import { KEY_BYTES } from './key-store.ts'
import type { Vault } from './vault.ts'

/** Keys that are gone with the process: for tests and simulations, which give a seeded chance. */
export function createMemoryVault(random: Random): Vault {
  const keys = new Map<string, Buffer>()
  const destroyed = new Map<string, string | undefined>()
  return createVault({
    find: async (name) => copyOf(keys.get(name)),
    create: async (name) => {
      if (destroyed.has(name)) return undefined
      const key = keys.get(name) ?? randomKey(random)
      keys.set(name, key)
      return copyOf(key)
    },
    destroy: async (name) => {
      if (destroyed.has(name)) return destroyed.get(name)
      const key = keys.get(name)
      const fingerprint = key && createHash('sha256').update(key).digest('hex')
      key?.fill(0)
      keys.delete(name)
      destroyed.set(name, fingerprint)
      return fingerprint
    },
    isDestroyed: async (name) => destroyed.has(name),
  })
}

/** What is handed out is not wiped under the hands of who uses it. */
function copyOf(key: Buffer | undefined): Buffer | undefined {
  return key && Buffer.from(key)
}

function randomKey(random: Random): Buffer {
  return Buffer.from(Array.from({ length: KEY_BYTES }, () => Math.floor(random.next() * 256)))
}
