import { open, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { isWaggleError, type Logger } from '@waggle/base'
import { headerIn, type SnapshotHeader } from './snapshot-file.ts'

export interface ListedSnapshot {
  readonly path: string
  readonly header: SnapshotHeader
}

export const SUFFIX = '.snapshot'
const HEADER_BYTES = 65_536

/** The snapshots in folders, of which every header is read once. */
export class SnapshotList {
  readonly #headers = new Map<string, SnapshotHeader>()
  readonly #logger: Logger

  constructor(logger: Logger) {
    this.#logger = logger
  }

  /** One that was just written. */
  note({ path, header }: ListedSnapshot): void {
    this.#headers.set(path, header)
  }

  /** The newest in a folder that fits and is not refused; what is refused goes to the logger. */
  async first(
    folder: string,
    fits: (header: SnapshotHeader) => boolean,
    take: (one: ListedSnapshot) => Promise<void>,
  ): Promise<SnapshotHeader | undefined> {
    for (const path of (await pathsIn(folder)).toReversed()) {
      const taken = await this.#unlessRefused(path, async () => {
        const header = this.#headers.get(path) ?? headerIn(await beginningOf(path), path)
        this.#headers.set(path, header)
        if (!fits(header)) return undefined
        await take({ path, header })
        return header
      })
      if (taken !== undefined) return taken
    }
    return undefined
  }

  async #unlessRefused<T>(path: string, task: () => Promise<T>): Promise<T | undefined> {
    try {
      return await task()
    } catch (error) {
      this.#headers.delete(path)
      // Deleted meanwhile, by the process that keeps them.
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
      if (!isWaggleError(error, 'SNAPSHOT_INVALID')) throw error
      this.#logger.warn({ snapshot: path }, error.message)
      return undefined
    }
  }
}

/** Oldest first. */
export async function pathsIn(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch(() => [])
  return names
    .filter((name) => name.endsWith(SUFFIX))
    .sort()
    .map((name) => join(folder, name))
}

async function beginningOf(path: string): Promise<Buffer> {
  const file = await open(path)
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(HEADER_BYTES), 0, HEADER_BYTES, 0)
    return buffer.subarray(0, bytesRead)
  } finally {
    await file.close()
  }
}
