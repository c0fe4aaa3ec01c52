import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { createAgent } from '@waggle/agent'
import { seededRandom, silentLogger, systemClock } from '@waggle/base'
import { openEmbeddedBus } from '@waggle-services/embedded'
import { killRounds } from '../support/kill-rounds.ts'

const KILLS = Math.min(killRounds(2, 4), 20)
const LIFE = fileURLToPath(new URL('./agent-life.ts', import.meta.url))

interface Said {
  readonly cycles: number
  readonly sum: number
}

let folder: string
beforeEach(async () => void (folder = await mkdtemp(join(tmpdir(), 'waggle-life-'))))
afterEach(() => rm(folder, { recursive: true, force: true }))

/** One life, killed after it has said so many things: the first and the last of them. */
async function live(cycles: number): Promise<[Said, Said]> {
  const child = spawn(process.execPath, [LIFE, folder], { stdio: ['ignore', 'pipe', 'inherit'] })
  const said: Said[] = []
  for await (const line of createInterface({ input: child.stdout })) {
    said.push(JSON.parse(line) as Said)
    if (said.length === cycles) child.kill('SIGKILL')
  }
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
  return [said[0]!, said.at(-1)!]
}

it(`an agent killed ${KILLS} times goes on from its last checkpoint`, async () => {
  const random = seededRandom(1)
  let before: Said = { cycles: 0, sum: 0 }
  for (let kill = 0; kill < KILLS; kill++) {
    const [first, last] = await live(1 + Math.floor(random.next() * 20))
    // What was checkpointed and not yet told of may be ahead of what was said; nothing said is lost.
    expect(first.cycles).toBeGreaterThan(before.cycles)
    expect(first.sum).toBe(first.cycles)
    before = last
  }
  const bus = await openEmbeddedBus(
    { dataDir: folder, analytics: 'off' },
    { clock: systemClock(), logger: silentLogger },
  )
  const agent = createAgent({ bus, swarm: 's', name: 'worker' })
  const { state } = (await agent.restore())!
  const { cycles } = state as unknown as { cycles: number }
  expect(state).toMatchObject({ cycles, state: { sum: cycles } })
  expect(cycles).toBeGreaterThanOrEqual(before.cycles)
  await bus.stop()
})
