import { mkdirSync } from 'node:fs'
import { messageOf, WaggleError } from '@waggle/base'
import { open } from 'lmdb'
import type { IndexStore } from './index-store.ts'

const MAP_BYTES = 2 ** 36

/** The index in an LMDB environment of its own, beside the log; the folder is made if it is missing. */
export function openLmdbIndexStore(path: string): IndexStore {
  mkdirSync(path, { recursive: true })
  const env = open<Buffer, string>({
    path,
    encoding: 'binary',
    // What is visible is durable, and the log that it can be rebuilt from is durable first.
    overlappingSync: false,
    noMemInit: true,
    mapSize: MAP_BYTES,
  })
  return {
    get: (name) => env.get(name),
    write: async (entries) => {
      try {
        await env.transaction(() => {
          for (const [name, block] of entries) void env.put(name, block)
        })
      } catch (error) {
        throw new WaggleError('VIEW_UNAVAILABLE', `Writing the index failed: ${messageOf(error)}`, {
          cause: error,
        })
      }
    },
    clear: () => env.clearAsync(),
    close: () => env.close(),
  }
}
