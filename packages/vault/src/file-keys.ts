import { createHash, randomBytes } from 'node:crypto'
import { existsSync, mkdirSync } from 'node:fs'
import { link, open, readFile, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import { readIfThere, syncPath, WaggleError, writeDurably } from '@waggle/base'
import { KEY_BYTES, type KeyStore } from './key-store.ts'

const CACHED_KEYS_MAX = 100_000

/**
 * A file for each key. Any number of processes may share the folder, on a file system with hard links:
 *
 *   make      write a file of another name, fsync, link it to its name (who comes first wins), fsync the folder
 *   destroy   a tombstone first (made the same way), then zeros over the key, fsync, unlink, fsync the folder
 *   use       look for the tombstone, every time: a key that another process destroyed is not used from the cache
 *
 * A crash at any point leaves a key whole, or a tombstone under which `destroy` goes on where it stood.
 */
export function createFileKeys(folder: string): KeyStore {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const cache = new Map<string, Buffer>()
  const keyPath = (name: string): string => join(folder, `${name}.key`)
  const tombstonePath = (name: string): string => join(folder, `${name}.erased`)

  /** One stat, about two microseconds on a local disk. */
  const isDestroyed = (name: string): boolean => {
    if (!existsSync(tombstonePath(name))) return false
    cache.get(name)?.fill(0)
    cache.delete(name)
    return true
  }

  /** The tombstone is looked for behind the read too: what is read while a key is destroyed is no key. */
  const find = async (name: string): Promise<Buffer | undefined> => {
    if (isDestroyed(name)) return undefined
    const cached = cache.get(name)
    if (cached !== undefined) return Buffer.from(cached)
    const key = await readIfThere(keyPath(name))
    if (key === undefined || isDestroyed(name)) return undefined
    if (key.length !== KEY_BYTES)
      throw new WaggleError('SEAL_INVALID', `The file of key ${name} has ${key.length} bytes`)
    if (cache.size >= CACHED_KEYS_MAX) cache.clear()
    cache.set(name, Buffer.from(key))
    return key
  }

  const create = async (name: string): Promise<Buffer | undefined> => {
    const found = await find(name)
    if (found !== undefined || isDestroyed(name)) return found
    await placeOnce(folder, keyPath(name), randomBytes(KEY_BYTES))
    const key = await find(name)
    // Destroyed meanwhile, perhaps before the key was there to be wiped.
    if (key === undefined) await wipe(folder, keyPath(name))
    return key
  }

  const destroy = async (name: string): Promise<string | undefined> => {
    if (!existsSync(tombstonePath(name))) {
      const key = await readIfThere(keyPath(name))
      await placeOnce(folder, tombstonePath(name), Buffer.from(fingerprintOf(key) ?? ''))
    }
    isDestroyed(name)
    const wiped = await wipe(folder, keyPath(name))
    const noted = await readFile(tombstonePath(name), 'utf8')
    return noted === '' ? fingerprintOf(wiped) : noted
  }

  return { find, create, destroy, isDestroyed: async (name) => isDestroyed(name) }
}

function fingerprintOf(key: Buffer | undefined): string | undefined {
  return key === undefined ? undefined : createHash('sha256').update(key).digest('hex')
}

/** Makes a file with all its bytes, durably, or leaves the one that is there. */
async function placeOnce(folder: string, path: string, bytes: Buffer): Promise<void> {
  const draft = join(folder, `${randomBytes(16).toString('hex')}.new`)
  await writeDurably(draft, bytes, { flags: 'wx', mode: 0o600 })
  await link(draft, path).catch(unless('EEXIST'))
  await unlink(draft)
  await syncPath(folder)
}

/** Zeros over a file, then its name is taken away; what it held, undefined where that was nothing any more. */
async function wipe(folder: string, path: string): Promise<Buffer | undefined> {
  const file = await open(path, 'r+').catch(unless('ENOENT'))
  if (file === undefined) return undefined
  let held: Buffer
  try {
    held = await file.readFile()
    await file.write(Buffer.alloc(held.length), 0, held.length, 0)
    await file.sync()
  } finally {
    await file.close()
  }
  await unlink(path).catch(unless('ENOENT'))
  await syncPath(folder)
  return held.every((byte) => byte === 0) ? undefined : held
}

/** For `catch`: undefined for a file error of this code, any other is thrown again. */
function unless(code: string): (error: unknown) => undefined {
  return (error) => {
    if ((error as NodeJS.ErrnoException).code !== code) throw error
  }
}
