import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { waggle } from '../support/waggle-cli.ts'

const MAIN = fileURLToPath(
  import.meta.resolve('@waggle-services/cli').replace('index.ts', 'main.ts'),
)
const PNPM = 'pnpm@12.21.0'

test('a new project installs, tests, and runs at once against waggle dev', async () => {
  const home = mkdtempSync(join(tmpdir(), 'waggle-init-'))
  const bus = spawn(
    process.execPath,
    [MAIN, 'dev', '--data', join(home, 'bus'), '--port', '0', '--json'],
    { stdio: ['ignore', 'pipe', 'ignore'] },
  )
  try {
    const [line] = (await once(createInterface({ input: bus.stdout }), 'line')) as [string]
    const { address, url, token } = JSON.parse(line) as Record<'address' | 'url' | 'token', string>
    const dir = join(home, 'scout')
    const made = await waggle(['init', dir, '--url', address], { environment: { HOME: home } })
    expect(made).toMatchObject({ code: 0, err: '' })
    const again = await waggle(['init', dir], { environment: { HOME: home } })
    expect(again).toMatchObject({ code: 2, err: expect.stringContaining('is not empty') })
    const run = (...argv: [string, ...string[]]): string => {
      const [program, ...rest] = argv
      const env = { ...process.env, PATH: `${join(process.execPath, '..')}:${process.env['PATH']}` }
      const { status, stdout, stderr } = spawnSync(program, rest, {
        cwd: dir,
        env,
        encoding: 'utf8',
      })
      expect([argv, status, status === 0 ? '' : stdout + stderr]).toEqual([argv, 0, ''])
      return stdout
    }
    run('npx', '--yes', PNPM, 'install', '--prefer-offline')
    run('npm', 'test')
    expect(run('npm', 'start')).toContain('the market opened calm')
    const asked = ['agents', '--url', url, '--token', token, '--swarm', 'desk']
    expect((await waggle(asked)).out).toMatch(/^scout +observer +ALIVE/m)
  } finally {
    bus.kill('SIGINT')
    await once(bus, 'exit')
    rmSync(home, { recursive: true, force: true })
  }
})
