import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { WaggleError } from '@waggle/base'
import { z } from 'zod'
import { defineCommand } from '../program/command.ts'

const BENCHES = fileURLToPath(new URL('../../../../test/bench/run.ts', import.meta.url))

export const BENCH = defineCommand({
  details:
    'Figures with the machine they were taken on, from a checkout of the repository; all of them take long.',
  args: {
    names: {
      value: 'NAME',
      help: 'such as append, replay, analytics, hot; all if left out',
      schema: z.array(z.string()).default([]),
      rest: true,
    },
  },
  examples: ['bench append hot'],
  run: async ({ names, json }, { out, terminal, environment }) => {
    if (!existsSync(BENCHES))
      throw new WaggleError('NOT_FOUND', 'The benches are in a checkout of the repository only')
    const child = spawn(process.execPath, ['--expose-gc', BENCHES, ...names], {
      env: { ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const lines: string[] = []
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      if (json) lines.push(...text.split('\n').filter((line) => line !== ''))
      else out.write(text)
    })
    child.stderr.setEncoding('utf8').on('data', (text: string) => terminal.write(text))
    const [code] = (await once(child, 'close')) as [number | null]
    if (json) out.write(`${JSON.stringify({ lines })}\n`)
    return code === 0 ? 0 : 1
  },
})
