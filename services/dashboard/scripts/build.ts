import { renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { build } from 'vite'

const folder = join(import.meta.dirname, '..')
const fresh = join(folder, `node_modules/.dist-${process.pid}`)
const dist = join(folder, 'dist')

/**
 * `npm run build:dashboard`, and `waggle dev` where the pages are missing or older than their sources. Built beside and
 * put in place whole, so that a gateway which starts meanwhile reads the one or the other.
 */
try {
  await build({ root: folder, logLevel: 'warn', build: { outDir: fresh, emptyOutDir: true } })
  rmSync(dist, { recursive: true, force: true })
  renameSync(fresh, dist)
} finally {
  rmSync(fresh, { recursive: true, force: true })
}
