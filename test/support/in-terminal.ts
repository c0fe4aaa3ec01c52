import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { hasTool } from '@waggle-infra/native/find-tool'
import { resolveInfra } from './infra.ts'
import type { Said } from './waggle-cli.ts'

const run = promisify(execFile)
const SCRIPT = fileURLToPath(new URL('./in-terminal.py', import.meta.url))
const MAIN = fileURLToPath(new URL('../../services/cli/src/main.ts', import.meta.url))

/** The program as a process of its own in a terminal; Ctrl-C once it has printed `until`, if that is not empty. */
export type InTerminal = (argv: readonly string[], until?: string) => Promise<Said>

/** Pseudo terminals by Python's standard library. */
export function resolveTerminal(home: string): Promise<InTerminal | undefined> {
  return resolveInfra<InTerminal>('python3 for pseudo terminals', [
    async () => {
      if (!(await hasTool('python3', ['--version']))) return undefined
      const env = { PATH: process.env['PATH'], HOME: home, TERM: 'xterm-256color' }
      return async (argv, until = '') => {
        const program = [process.execPath, MAIN, ...argv]
        const { stdout } = await run('python3', [SCRIPT, until, ...program], { env })
        return JSON.parse(stdout) as Said
      }
    },
  ])
}
