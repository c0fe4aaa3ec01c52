import { mkdirSync } from 'node:fs'
import { open, type FileHandle } from 'node:fs/promises'
import { join } from 'node:path'
import { readIfThere, replaceFile, syncPath } from '@waggle/base'
import type { TopicPartition } from '@waggle/event'
import { HASH_BYTES } from './merkle-hash.ts'
import type { TileStore } from './tile-store.ts'

const STATE = 'trees.json'

/**
 * A file for each level of each partition, and `trees.json`, which says how far they count: fsynced first, then
 * replaced whole. What a crash leaves beyond it is written again with the same bytes.
 */
export function openFileTiles(folder: string): TileStore {
  mkdirSync(folder, { recursive: true })
  const written = new Set<string>()
  const pathOf = ({ topic, partition }: TopicPartition, level: number): string =>
    join(folder, `${topic}-${partition}.l${level}`)

  return {
    load: async () => (await readIfThere(join(folder, STATE)))?.toString(),
    write: async (at, level, index, hashes) => {
      const path = pathOf(at, level)
      await using file = await openToWrite(path)
      await file.write(hashes, 0, hashes.length, index * HASH_BYTES)
      written.add(path)
    },
    read: async (at, level, index, count) => {
      const bytes = Buffer.alloc(count * HASH_BYTES)
      let file: FileHandle
      try {
        file = await open(pathOf(at, level), 'r')
      } catch (error) {
        if (isMissing(error)) return bytes.subarray(0, 0)
        throw error
      }
      await using opened = file
      const { bytesRead } = await opened.read(bytes, 0, bytes.length, index * HASH_BYTES)
      return bytes.subarray(0, bytesRead - (bytesRead % HASH_BYTES))
    },
    save: async (state) => {
      for (const path of written) await syncPath(path)
      written.clear()
      const path = join(folder, STATE)
      await replaceFile(path, state, `${path}.${process.pid}`)
    },
  }
}

async function openToWrite(path: string): Promise<FileHandle> {
  try {
    return await open(path, 'r+')
  } catch (error) {
    if (!isMissing(error)) throw error
  }
  // Not truncated: another process may have made it meanwhile.
  await (await open(path, 'a')).close()
  return open(path, 'r+')
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT'
}
