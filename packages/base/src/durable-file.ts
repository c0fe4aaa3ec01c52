import { open, readFile, rename } from 'node:fs/promises'
import { dirname } from 'node:path'

export interface DurableWrite {
  /** As of `open`: `w` if left out, `wx` for a file that must not be there. */
  readonly flags?: string
  readonly mode?: number
}

/** Returns when the bytes are on the disk. The name of a new file is durable with its folder: see `syncPath`. */
export async function writeDurably(
  path: string,
  content: Uint8Array | string,
  { flags = 'w', mode = 0o666 }: DurableWrite = {},
): Promise<void> {
  await using file = await open(path, flags, mode)
  await file.writeFile(content)
  await file.sync()
}

/** Waits until a file, or a folder's names, are on the disk. */
export async function syncPath(path: string): Promise<void> {
  await using file = await open(path, 'r')
  await file.sync()
}

/**
 * Gives a file new content: a crash leaves the old or the new one, whole. Processes that write the same file need
 * a temporary name of their own in its folder.
 */
export async function replaceFile(
  path: string,
  content: Uint8Array | string,
  temporary = `${path}.part`,
): Promise<void> {
  await writeDurably(temporary, content)
  await rename(temporary, path)
  await syncPath(dirname(path))
}

/** Undefined where there is no such file. */
export async function readIfThere(path: string): Promise<Buffer | undefined> {
  try {
    return await readFile(path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}
