import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { mkdtemp, rename, rm } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { cacheFolder } from '@waggle-infra/native/cache-folder'
import { hasTool } from '@waggle-infra/native/find-tool'
import { resolveInfra } from './infra.ts'

const run = promisify(execFile)
const fileOf = (path: string): string => fileURLToPath(new URL(path, import.meta.url))
const REQUIREMENTS = fileOf('./python-requirements.txt')
/** Large, and needed by a benchmark alone: a venv of its own. */
const NAUTILUS_REQUIREMENTS = fileOf('./nautilus-requirements.txt')
const AGENT_REQUIREMENTS = fileOf('../../examples/python-agent/requirements.txt')

export interface PythonRun {
  /** WAGGLE_ variables; nothing of our own environment but the path goes in. */
  readonly environment?: Readonly<Record<string, string>>
}

export interface Python {
  readonly interpreter: string
  /** Runs a script to its end: its standard output by lines. An error carries what it wrote to stderr. */
  run(script: string, args: readonly string[], options?: PythonRun): Promise<string[]>
}

/** Python with every package that tests need, in a venv made once and kept. */
export function resolvePython(): Promise<Python | undefined> {
  return resolveVenv([REQUIREMENTS, AGENT_REQUIREMENTS])
}

/** Python with NautilusTrader. */
export function resolveNautilus(): Promise<Python | undefined> {
  return resolveVenv([NAUTILUS_REQUIREMENTS])
}

/** The first file is what is installed; it may name the others. */
function resolveVenv(files: readonly string[]): Promise<Python | undefined> {
  const name = `Python with the packages of test/support/${basename(files[0]!)}`
  return resolveInfra<Python>(name, [
    async () => {
      if (!(await hasTool('python3', ['--version']))) return undefined
      const folder = venvFolder(files)
      if (!existsSync(interpreter(folder))) await makeVenv(folder, files[0]!)
      return {
        interpreter: interpreter(folder),
        run: (script, args, options = {}) => runPython(folder, script, args, options),
      }
    },
  ])
}

function venvFolder(files: readonly string[]): string {
  const hash = createHash('sha256')
  for (const file of files) hash.update(readFileSync(file))
  return cacheFolder(`python-${hash.digest('hex').slice(0, 16)}`)
}

/** It appears whole or not at all, also when several tests make it at once: the first one stays. */
async function makeVenv(folder: string, requirements: string): Promise<void> {
  const making = await mkdtemp(`${folder}.`)
  try {
    await run('python3', ['-m', 'venv', making])
    await run(interpreter(making), ['-m', 'pip', 'install', '--quiet', '-r', requirements])
    await rename(making, folder).catch((error: unknown) => {
      if (!existsSync(interpreter(folder))) throw error
    })
  } finally {
    await rm(making, { recursive: true, force: true })
  }
}

function interpreter(folder: string): string {
  return join(folder, 'bin', 'python')
}

async function runPython(
  folder: string,
  script: string,
  args: readonly string[],
  { environment = {} }: PythonRun,
): Promise<string[]> {
  const env = { PATH: process.env['PATH'], PYTHONDONTWRITEBYTECODE: '1', ...environment }
  const { stdout } = await run(interpreter(folder), [script, ...args], { env, maxBuffer: 2 ** 28 })
  return stdout.split('\n').filter((line) => line !== '')
}
