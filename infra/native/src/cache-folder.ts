import { mkdirSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Where downloaded servers are kept between runs; git ignores it. */
export function cacheFolder(name: string): string {
  const folder = join(fileURLToPath(new URL('../../../.waggle/tools', import.meta.url)), name)
  mkdirSync(folder, { recursive: true })
  return folder
}

/** A new folder for a server's data. */
export function dataFolder(name: string): string {
  return mkdtempSync(join(tmpdir(), `waggle-${name}-`))
}
