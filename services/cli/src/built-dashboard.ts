import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const HERE = fileURLToPath(new URL('../../dashboard', import.meta.url))
const SOURCES: readonly string[] = [
  'index.html',
  'vite.config.ts',
  'public',
  'scripts',
  'src',
  '../../packages/api/src',
  '../../packages/client/src',
  '../../packages/react/src',
].map((path) => join(HERE, path))

/**
 * Folder of the dashboard's files, built now if they are missing or older than their sources. Undefined where they
 * cannot be built; `say` is then told why, and the gateway goes without them.
 */
export async function builtDashboard(say: (line: string) => unknown): Promise<string | undefined> {
  const folder = join(HERE, 'dist')
  const index = join(folder, 'index.html')
  const builtAt = (): number => (existsSync(index) ? statSync(index).mtimeMs : 0)
  if (Math.max(...SOURCES.map(changedAt)) < builtAt()) return folder
  say('Building the dashboard …\n')
  const build = spawn(process.execPath, [join(HERE, 'scripts/build.ts')], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let told = ''
  for (const stream of [build.stdout, build.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => (told += text))
  const [code] = (await once(build, 'close')) as [number | null]
  if (code === 0) return folder
  say(`The dashboard was not built:\n${told}`)
  return builtAt() === 0 ? undefined : folder
}

/** The newest change of a file or of anything in a folder; 0 for what is not there. */
function changedAt(path: string): number {
  if (!existsSync(path)) return 0
  const own = statSync(path)
  if (!own.isDirectory()) return own.mtimeMs
  return Math.max(own.mtimeMs, ...readdirSync(path).map((name) => changedAt(join(path, name))))
}
