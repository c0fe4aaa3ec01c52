import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { builtDashboard } from '@waggle-services/cli'
import { expect, it } from 'vitest'

interface Chunk {
  readonly file: string
  readonly css?: readonly string[]
  readonly imports?: readonly string[]
  readonly isEntry?: boolean
}
type Manifest = Readonly<Record<string, Chunk>>

const KB = 1000
const FIRST_LOAD_MAX = 200 * KB
const CHARTS = ['src/charts/line-chart.tsx', 'src/charts/candle-chart.tsx']

/** What a browser loads before a chunk runs: itself, what it imports, and their style sheets. */
function filesOf(manifest: Manifest, name: string, seen = new Set<string>()): Set<string> {
  const { file, css = [], imports = [] } = manifest[name]!
  if (seen.has(file)) return seen
  for (const one of [file, ...css]) seen.add(one)
  for (const other of imports) filesOf(manifest, other, seen)
  return seen
}

it('the first page loads under 200 kB gzip, without charts and without schemas', async () => {
  const folder = await builtDashboard((line) => process.stderr.write(line))
  const read = (file: string): Buffer => readFileSync(join(folder!, file))
  const manifest = JSON.parse(read('.vite/manifest.json').toString()) as Manifest
  const entry = Object.keys(manifest).find((name) => manifest[name]!.isEntry === true)!
  const pages = Object.keys(manifest).filter((name) => name.startsWith('src/pages/'))
  expect(pages.length).toBeGreaterThan(8)
  const first = filesOf(manifest, entry)
  for (const page of pages) {
    const files = [...new Set([...first, ...filesOf(manifest, page)])]
    const bytes = files.reduce((sum, file) => sum + gzipSync(read(file)).length, 0)
    expect(bytes, `${page}: ${files.join(', ')}`).toBeLessThan(FIRST_LOAD_MAX)
    for (const chart of CHARTS) expect(files).not.toContain(manifest[chart]!.file)
    for (const file of files) expect(read(file).includes('ZodError'), file).toBe(false)
  }
})
