import { execFile } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { hasTool } from '@waggle-infra/native/find-tool'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { resolveInfra } from '../support/infra.ts'
import { waggle } from '../support/waggle-cli.ts'

const run = promisify(execFile)
const TYPE = fileURLToPath(new URL('../support/type-in-shell.py', import.meta.url))
const TIMEOUT_MS = 60_000
const home = mkdtempSync(join(tmpdir(), 'waggle-shells-'))
afterAll(() => rmSync(home, { recursive: true, force: true }))

/** Where a shell reads what a user put there, as the help of `waggle completion` says. */
const SHELLS = [
  {
    shell: 'bash',
    argv: ['--rcfile', join(home, '.bashrc'), '-i'],
    file: '.bashrc',
    rc: (script: string) =>
      `bind 'set enable-bracketed-paste off'; PS1='ready> '\neval "$(cat ${script})"\n`,
  },
  {
    shell: 'zsh',
    argv: ['-i'],
    file: '.zshrc',
    rc: (script: string) => `PS1='ready> '\neval "$(cat ${script})"\n`,
  },
  {
    shell: 'fish',
    argv: ['-i'],
    file: '.config/fish/config.fish',
    rc: (script: string) => `function fish_prompt; echo -n 'ready> '; end\nsource ${script}\n`,
  },
] as const

const found = await Promise.all(
  SHELLS.map(({ shell }) =>
    resolveInfra(`${shell} and python3`, [
      async () =>
        (await hasTool(shell, ['--version'])) && (await hasTool('python3', ['--version']))
          ? shell
          : undefined,
    ]),
  ),
)

describe.each(SHELLS)('completion in a real $shell', ({ shell, argv, file, rc }) => {
  const isThere = found.includes(shell)

  beforeAll(async () => {
    if (!isThere) return
    const { code, out } = await waggle(['completion', shell])
    expect(code).toBe(0)
    const script = join(home, `waggle.${shell}`)
    writeFileSync(script, out)
    mkdirSync(join(home, '.config/fish'), { recursive: true })
    mkdirSync(join(home, 'bin'), { recursive: true })
    writeFileSync(join(home, file), rc(script))
    // What it is called with stands between angle brackets.
    writeFileSync(join(home, 'bin/waggle'), '#!/bin/sh\nprintf "ran:"; printf "<%s>" "$@"; echo\n')
    chmodSync(join(home, 'bin/waggle'), 0o755)
  })

  /** Types, and waits for each step's texts. */
  const type = (...steps: readonly (readonly [keys: string, ...texts: string[]])[]) => {
    const asked = [['', ['ready> ']], ...steps.map(([keys, ...texts]) => [keys, texts])]
    const env = { PATH: `${join(home, 'bin')}:${process.env['PATH']}`, HOME: home, TERM: 'xterm' }
    return run('python3', [TYPE, JSON.stringify(asked), shell, ...argv], { env, cwd: home })
  }

  it.skipIf(!isThere)(
    'finishes commands, their own options and values',
    async () => {
      const typed = [
        ['waggle recou\t--pro\tp1\r', 'ran:<recount><--proposal><p1>'],
        ['waggle dlq rep\t--j\t\r', 'ran:<dlq><replay><--json>'],
        ['waggle votes --status dec\t--as\tx\r', 'ran:<votes><--status><decided><--as-of><x>'],
        ['waggle get prop\tname\r', 'ran:<get><proposal><name>'],
        // A value that is called as a command is no command.
        ['waggle tail --agent replay --wh\tx\r', 'ran:<tail><--agent><replay><--where><x>'],
        ['waggle verify --key waggle.\tp\r', `ran:<verify><--key><waggle.`],
      ] as const
      await type(...typed)
    },
    TIMEOUT_MS,
  )

  it.skipIf(!isThere)(
    'lists what may come next',
    async () => {
      const { stdout } = await type(['waggle re\t\t', 'rebuild', 'recall', 'recount', 'replay'])
      expect(stdout).not.toContain('command not found')
    },
    TIMEOUT_MS,
  )
})
