import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, expect, it } from 'vitest'
import { manualClock, silentLogger, type ManualClock } from '@waggle/base'
import { createCodec } from '@waggle/codec'
import { createFileSnapshots, type Snapshots } from '@waggle/consume'
import { createEmitter, sealRun, type AnyDraft } from '@waggle/emit'
import type { EventLog } from '@waggle/log'
import { killRounds } from '../support/kill-rounds.ts'
import { inMemoryRegistry, START, SWARM } from '../support/memory-bus.ts'
import { askPast, openLog } from './past-asker.ts'

const KILLS = killRounds(2, 16)
const HOUR = 3_600_000_000
const HOURS = 20
const [EACH, AGENTS] = [6, ['ann', 'bob', 'cid']]
const path = (name: string): string => fileURLToPath(new URL(name, import.meta.url))

const folder = mkdtempSync(join(tmpdir(), 'waggle-past-kills-'))
const kept = join(folder, 'snapshots')
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** Some hundred memories of three agents over a day. */
async function fill(log: EventLog, clock: ManualClock): Promise<void> {
  const codec = createCodec(inMemoryRegistry())
  await codec.register()
  const emitters = AGENTS.map((agent) =>
    createEmitter({ log, codec, clock, swarm: SWARM, agent, session: agent }),
  )
  for (let hour = 0; hour < HOURS; hour++) {
    clock.advance(HOUR)
    for (const [at, emitter] of emitters.entries()) {
      const drafts = Array.from({ length: EACH }, (_, n): AnyDraft => {
        const content = `gold ${n % 2 === 0 ? 'rose' : 'fell'} in hour ${hour}, ${at}`
        return { kind: 'experience', namespace: AGENTS[at]!, type: 'trade', content }
      })
      await emitter.emitAll(drafts)
    }
  }
  await sealRun({ log, codec, swarm: SWARM, run: null, at: clock.now() })
}

/** How a process ended that asks; at its n-th change of the folder it is killed, unless n is 0. */
async function asker(killAt: number, times: readonly number[]): Promise<string | number | null> {
  const preload = `--import=${path('kill-at-write.ts')}`
  const args = [preload, path('past-asker.ts'), join(folder, 'log'), kept, ...times.map(String)]
  const env = { ...process.env, KILL_AT: String(killAt), KILL_UNDER: kept }
  const child = spawn(process.execPath, args, { stdio: 'inherit', env })
  const [code, signal] = (await once(child, 'exit')) as [number | null, string | null]
  return signal ?? code
}

it('the past is what the log says, wherever who put it away was killed', async () => {
  const clock = manualClock(START)
  const log = await openLog(join(folder, 'log'), clock)
  await fill(log, clock)
  const times = [0.4, 0.7, 1].map((share) => START + share * HOURS * HOUR)
  const expected = await askPast(log, times, {})
  expect(new Set(expected).size).toBe(3)

  const warnings: string[] = []
  const logger = { ...silentLogger, warn: (_: object, text: string) => void warnings.push(text) }
  let restored = 0
  const asked = async (): Promise<string[]> => {
    const snapshots = createFileSnapshots({ folder: kept, log, logger })
    const restore: Snapshots['restore'] = async (...args) => {
      const header = await snapshots.restore(...args)
      if (header !== undefined) restored++
      return header
    }
    return askPast(log, times, { snapshots: { ...snapshots, restore } })
  }
  for (let round = 1; round <= KILLS; round++) {
    rmSync(kept, { recursive: true, force: true })
    expect(await asker(round, times)).toBe('SIGKILL')
    expect(await asked()).toEqual(expected)
    expect(await asker(round % 3, times)).toBe(round % 3 === 0 ? 0 : 'SIGKILL')
    expect(await asked()).toEqual(expected)
  }
  expect(await asker(0, times)).toBe(0)
  expect(readdirSync(join(kept, 'memory-past')).length).toBeGreaterThan(3)
  const before = restored
  expect(await asked()).toEqual(expected)
  expect(restored - before).toBe(times.length)
  expect(warnings).toEqual([])
  await log.close()
})
