import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createHotProjection } from '@waggle/view-hot'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { forgeRole, lived, openBus, rebuild, SCOPE, tamper } from '../support/rebuild-scene.ts'

const MAIN = join(import.meta.dirname, '../../services/cli/src/main.ts')
const LIFE = join(import.meta.dirname, 'agent-life.ts')
const PRELOAD = join(import.meta.dirname, 'kill-at-write.ts')
const MANY = 100
/** Of the changes of views whose rows nobody tampered with. */
const EVERY = 4
const TIMEOUT_MS = 600_000

let folder: string
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'waggle-rebuild-kills-'))))
afterEach(() => rmSync(folder, { recursive: true, force: true }))

/** `waggle rebuild` in a process that dies instead of its n-th change on disk; whether it came to that. */
async function killedAt(at: number, data: string, ...argv: string[]): Promise<boolean> {
  const env = { ...process.env, KILL_AT: String(at), KILL_UNDER: data }
  const child = spawn(
    process.execPath,
    ['--import', PRELOAD, MAIN, 'rebuild', ...argv, '--data', data],
    { env, stdio: ['ignore', 'ignore', 'inherit'] },
  )
  const [code, signal] = (await once(child, 'exit')) as [number | null, string | null]
  if (signal === null) expect([0, 1]).toContain(code)
  return signal === 'SIGKILL'
}

/** Everything a start serves. */
async function served(data: string): Promise<{ role: string; digests: Record<string, string> }> {
  const bus = await openBus(data)
  await bus.caughtUp(60_000)
  const { role } = bus.hot.view.agents(SCOPE)[0]!.event
  const digests = await bus.digests()
  await bus.stop()
  return { role, digests }
}

it('a bus holds its data until it ends, however it ends', { timeout: TIMEOUT_MS }, async () => {
  await lived(folder, 's1')
  const bus = spawn(process.execPath, [LIFE, folder], { stdio: ['ignore', 'pipe', 'inherit'] })
  await once(bus.stdout, 'data')
  expect(await rebuild(folder, 'hot', '--shadow', '--diff')).toMatchObject({ differences: 0 })
  await expect(rebuild(folder, 'hot')).rejects.toMatchObject({ code: 'VIEW_UNAVAILABLE' })
  bus.kill('SIGKILL')
  await once(bus, 'exit')
  expect(await rebuild(folder, 'hot')).toMatchObject({ code: 0, switched: true })
})

describe('waggle rebuild, killed at the changes it makes on disk', () => {
  it(
    'hot: the old view serves or the new one, and the next command ends what it began',
    { timeout: TIMEOUT_MS },
    async () => {
      const scene = join(folder, 'scene')
      await lived(scene, 's1')
      // Something to remove, in every place.
      await rebuild(scene, 'hot')
      await tamper(scene, createHotProjection(), forgeRole)
      await rebuild(scene, 'hot', '--shadow')
      const roles: string[] = []
      for (let at = 1; at < MANY; at++) {
        const data = join(folder, `at-${at}`)
        cpSync(scene, data, { recursive: true })
        const killed = await killedAt(at, data, 'hot')
        roles.push((await served(data)).role)
        expect(await rebuild(data, 'hot')).toMatchObject({ switched: true })
        expect(await rebuild(data, 'hot', '--diff')).toMatchObject({ code: 0, differences: 0 })
        rmSync(data, { recursive: true })
        if (!killed) break
      }
      // The old one up to the exchange, the new one from it on, and both were seen.
      expect(roles.length).toBeGreaterThan(8)
      expect(roles.join(' ')).toMatch(/^(forged )+trader( trader)*$/)
    },
  )

  it('a rollback, too', { timeout: TIMEOUT_MS }, async () => {
    const scene = join(folder, 'scene')
    await lived(scene, 's1')
    await tamper(scene, createHotProjection(), forgeRole)
    await rebuild(scene, 'hot')
    await rebuild(scene, 'hot', '--shadow')
    const roles: string[] = []
    for (let at = 1; at < MANY; at++) {
      const data = join(folder, `at-${at}`)
      cpSync(scene, data, { recursive: true })
      const killed = await killedAt(at, data, 'hot', '--rollback')
      roles.push((await served(data)).role)
      rmSync(data, { recursive: true })
      if (!killed) break
    }
    expect(roles.length).toBeGreaterThan(4)
    expect(roles.join(' ')).toMatch(/^(trader )+forged$/)
  })

  it.each(['coordination', 'memory'])(
    '%s: what a start serves is the same after every kill',
    { timeout: TIMEOUT_MS },
    async (view) => {
      const scene = join(folder, 'scene')
      await lived(scene, 's1')
      await rebuild(scene, view)
      const { digests } = await served(scene)
      for (let at = 1, killed = true; killed && at < MANY; at += EVERY) {
        const data = join(folder, `at-${at}`)
        cpSync(scene, data, { recursive: true })
        killed = await killedAt(at, data, view)
        expect(await rebuild(data, view)).toMatchObject({ code: 0, differences: 0, switched: true })
        expect((await served(data)).digests).toEqual(digests)
        rmSync(data, { recursive: true })
      }
    },
  )
})
