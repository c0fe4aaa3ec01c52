import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { allCommands, cliReference } from '@waggle-services/cli'
import { afterEach, beforeEach, describe, expect, it, test } from 'vitest'
import { waggle, type Said } from '../support/waggle-cli.ts'

const BIN = fileURLToPath(new URL('../../services/cli/bin/waggle.mjs', import.meta.url))
const DOCS = fileURLToPath(new URL('../../docs/cli.md', import.meta.url))

let home: string
beforeEach(() => void (home = mkdtempSync(join(tmpdir(), 'waggle-home-'))))
afterEach(() => rmSync(home, { recursive: true, force: true }))

const here = (...argv: string[]): Promise<Said> =>
  waggle(argv, { environment: { XDG_CONFIG_HOME: home, PATH: process.env['PATH'] } })

test('a token may have an end, which its entry keeps', async () => {
  const file = join(home, 'tokens.json')
  const token = (expires: string): Promise<Said> => {
    const rights = ['--swarms', 'desk', '--verbs', 'read', '--expires', expires, '--add', file]
    return here('token', 'guest', ...rights)
  }
  expect(await token('tomorrow')).toMatchObject({
    code: 2,
    err: expect.stringContaining('expires_at'),
  })
  expect(await token('2030-01-01T00:00:00Z')).toMatchObject({ code: 0 })
  expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject([
    { name: 'guest', expires_at: '2030-01-01T00:00:00Z' },
  ])
})

describe('contexts', () => {
  const file = (): string => join(home, 'waggle', 'contexts.json')

  it('keep address, token, swarm and run for their owner alone', async () => {
    const address = 'http://127.0.0.1:1/#token=secret'
    const added = await here('contexts', 'add', 'desk', address, '--swarm', 'hive')
    expect(added).toMatchObject({ code: 0, err: '' })
    expect(statSync(file()).mode & 0o777).toBe(0o600)
    await here('contexts', 'add', 'past', 'http://127.0.0.1:1', '--run', 'backtest')
    const { out } = await here('contexts', 'ls', '--json')
    expect(JSON.parse(out)).toEqual([
      { name: 'desk', selected: false, url: 'http://127.0.0.1:1', swarm: 'hive', token: true },
      { name: 'past', selected: true, url: 'http://127.0.0.1:1', run: 'backtest', token: false },
    ])
    expect(out).not.toContain('secret')
    expect((await here('contexts', 'select', 'desk')).code).toBe(0)
    expect((await here('contexts', 'ls')).out).toMatch(/^\* +desk /m)
    expect((await here('contexts', 'rm', 'desk')).code).toBe(0)
    expect((await here('contexts', 'ls')).out).not.toContain('desk')
  })

  it('name what is wrong with them', async () => {
    expect(await here('contexts', 'select', 'none')).toMatchObject({ code: 3 })
    expect(await here('agents', '--context', 'none')).toMatchObject({
      code: 3,
      err: expect.stringMatching(/^NOT_FOUND: No context none; there is none/),
    })
    expect(await here('agents')).toMatchObject({
      code: 2,
      err: expect.stringContaining('waggle contexts add'),
    })
    await here('contexts', 'add', 'desk', 'http://127.0.0.1:1', '--swarm', 'hive')
    expect(await here('agents')).toMatchObject({
      code: 5,
      err: expect.stringMatching(/^GATEWAY_UNREACHABLE: /),
    })
    writeFileSync(file(), '{"contexts": 1}')
    const broken = await here('contexts', 'ls')
    expect(broken).toMatchObject({ code: 2, err: expect.stringContaining('contexts.json') })
  })
})

describe('completion', () => {
  const shells = ['bash', 'zsh', 'fish'] as const

  it.each(shells)('is a script that %s takes', async (shell) => {
    const { code, out } = await here('completion', shell)
    expect(code).toBe(0)
    const script = join(home, 'waggle')
    writeFileSync(script, out)
    const { error, status, stderr } = spawnSync(shell, ['-n', script], { encoding: 'utf8' })
    if (error === undefined) expect([status, stderr]).toEqual([0, ''])
    else expect((error as NodeJS.ErrnoException).code).toBe('ENOENT')
  })

  it('offers what may come next', async () => {
    const { out } = await here('completion', 'bash')
    const offered = (...words: string[]): string[] => {
      const line = words.map((word) => `'${word}'`).join(' ')
      const script = `${out}\nCOMP_WORDS=(waggle ${line}); COMP_CWORD=${words.length}; _waggle; printf '%s\\n' "\${COMPREPLY[@]}"`
      const said = spawnSync('bash', ['-c', script], { encoding: 'utf8' })
      return said.stdout.trim().split('\n')
    }
    expect(offered('rec')).toEqual(['recall', 'recount'])
    expect(offered('dlq', '')).toEqual(['ls', 'show', 'replay', '--help'])
    expect(offered('votes', '--status', '')).toEqual(['open', 'decided', 'all'])
    expect(offered('tail', '--wh')).toEqual(['--where'])
    expect(offered('get', 'a')).toEqual(['agent'])
  })
})

test('doctor says what is there, and what to do about what is not', async () => {
  await here('contexts', 'add', 'gone', 'http://127.0.0.1:1', '--no-check')
  const { code, out } = await here('doctor', '--json')
  const { ok, checks } = JSON.parse(out) as {
    ok: boolean
    checks: { name: string; ok: boolean; needed: boolean; fix: string }[]
  }
  const byName = new Map(checks.map((one) => [one.name, one]))
  for (const name of ['Node', 'disk', 'LMDB (the log)', 'chdb (analytics)', 'clock'])
    expect(byName.get(name)).toMatchObject({ ok: true, needed: true })
  expect(byName.get('context gone')).toMatchObject({ ok: false, needed: true })
  expect(checks.filter((one) => !one.ok).every(({ fix }) => fix !== '')).toBe(true)
  expect([code, ok]).toEqual([1, false])
  expect((await here('doctor')).out).toMatch(/BAD +context gone .*\n +Start the gateway/)
  await here('contexts', 'rm', 'gone')
  expect((await here('doctor')).code).toBe(0)
})

describe('help', () => {
  it('of every command has an example that the command takes', async () => {
    for (const { words, command } of await allCommands()) {
      const { code, out } = await here(...words, '--help')
      expect([words, code, out]).toEqual([words, 0, expect.stringContaining('Example')])
      for (const example of command.examples) expect(example.startsWith(words.join(' '))).toBe(true)
    }
  })

  it('is what docs/cli.md says', async () => {
    expect(await cliReference()).toBe(readFileSync(DOCS, 'utf8'))
  })
})

test('exit codes and errors are the same for every command', async () => {
  const rows: readonly (readonly [argv: string, code: number, err: RegExp])[] = [
    ['', 0, /^$/],
    ['--version', 0, /^$/],
    ['help votes', 0, /^$/],
    ['recal x', 2, /^CONFIG_INVALID: .*do you mean recall\?/],
    ['dlq lst', 2, /do you mean ls\?/],
    ['archive', 2, /its commands are run, ls, verify, restore/],
    ['tail --form x', 2, /--form \(--from\?\): unknown/],
    ['tail --limit', 2, /argument missing/],
    ['tail --limit none', 2, /--limit: /],
    ['diff live', 2, /RUN_B: is missing/],
    ['emit a=1', 2, /--kind: is missing; --agent: is missing/],
    ['agents --data nowhere', 2, /there is no log in nowhere/],
    ['schemas diff gossip', 3, /^NOT_FOUND: /],
    ['schemas diff decision --from 9', 3, /no version 9/],
    ['schemas diff decision --from 1', 1, /^$/],
    ['schemas diff decision --from current', 0, /^$/],
    ['agents --url http://127.0.0.1:1 --swarm x', 5, /^GATEWAY_UNREACHABLE: /],
  ]
  for (const [line, code, err] of rows) {
    const argv = line.split(' ').filter((word) => word !== '')
    const said = await here(...argv)
    expect([line, said.code, said.err]).toEqual([line, code, expect.stringMatching(err)])
    if (code < 2) continue
    const { err: json, out } = await here(...argv, '--json')
    expect([line, out]).toEqual([line, ''])
    expect(JSON.parse(json)).toMatchObject({ error: { code: expect.any(String) } })
  }
})

test('npx waggle runs it, and unknown things are told without a stack', () => {
  const run = (...argv: string[]) =>
    spawnSync(process.execPath, [BIN, ...argv], { encoding: 'utf8', env: { HOME: home } })
  expect(run('--version').stdout).toBe('0.1.0\n')
  const unknown = run('frobnicate')
  expect(unknown.status).toBe(2)
  expect(unknown.stderr).toMatch(/^CONFIG_INVALID: waggle frobnicate: unknown; .*\n$/)
})
