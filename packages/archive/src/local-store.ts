import { link, mkdir, readdir, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import {
  messageOf,
  readIfThere,
  syncPath,
  systemRandom,
  WaggleError,
  writeDurably,
  type Random,
} from '@waggle/base'
import type { ObjectStore } from './object-store.ts'

const TEMPORARY = '.tmp-'

/** An archive in a folder of a local disk. An object appears by a rename, after its bytes are on the disk. */
export function openLocalStore(folder: string, random: Random = systemRandom()): ObjectStore {
  const write = async (key: string, bytes: Uint8Array): Promise<[from: string, to: string]> => {
    const to = join(folder, key)
    await mkdir(dirname(to), { recursive: true })
    const from = join(dirname(to), `${TEMPORARY}${random.sessionId()}`)
    await writeDurably(from, bytes, { flags: 'wx' })
    return [from, to]
  }
  return {
    put: (key, bytes) =>
      guarded(key, async () => {
        const [from, to] = await write(key, bytes)
        await rename(from, to)
        await syncFolders(folder, to)
      }),
    putNew: (key, bytes) =>
      guarded(key, async () => {
        const [from, to] = await write(key, bytes)
        try {
          // A link fails where there is a file, which a rename would replace.
          await link(from, to)
        } catch (error) {
          if (codeOf(error) === 'EEXIST') return false
          throw error
        } finally {
          await rm(from)
        }
        await syncFolders(folder, to)
        return true
      }),
    get: (key) => guarded(key, () => readIfThere(join(folder, key))),
    list: (prefix) => guarded(prefix, () => listFiles(folder, prefix)),
    delete: (key) => guarded(key, () => rm(join(folder, key), { force: true })),
  }
}

async function listFiles(folder: string, prefix: string): Promise<string[]> {
  try {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true })
    return entries
      .filter((entry) => entry.isFile() && !entry.name.startsWith(TEMPORARY))
      .map(({ parentPath, name }) => join(parentPath, name).slice(join(folder, '/').length))
      .filter((key) => key.startsWith(prefix))
      .sort()
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return []
    throw error
  }
}

/** A new name is durable once its folder is, and the folders that were made for it. */
async function syncFolders(root: string, path: string): Promise<void> {
  for (let at = dirname(path); at.length >= root.length; at = dirname(at)) {
    await syncPath(at)
    if (at === dirname(at)) return
  }
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined
}

async function guarded<T>(key: string, task: () => Promise<T>): Promise<T> {
  try {
    return await task()
  } catch (error) {
    const what = `The archive cannot be used at ${key}: ${messageOf(error)}`
    throw new WaggleError('ARCHIVE_UNAVAILABLE', what, { input: key, cause: error })
  }
}
