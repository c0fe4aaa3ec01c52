import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { isoOf, manualClock, silentLogger } from '@waggle/base'
import { runWaggle } from '@waggle-services/cli'
import { openEmbeddedBus } from '@waggle-services/embedded'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

const MAIN = fileURLToPath(
  import.meta.resolve('@waggle-services/cli').replace('index.ts', 'main.ts'),
)
const START = Date.UTC(2020, 0, 1) * 1000
const SIGNAL = { kind: 'signal', domain: 'trend', severity: 'LOW', confidence: 0.7 } as const

let data: string
beforeEach(() => void (data = mkdtempSync(join(tmpdir(), 'waggle-cli-'))))
afterEach(() => rmSync(data, { recursive: true, force: true }))

/** Ten signals of two agents, a second apart, each caused by the one before; every second one in trajectory t. */
async function play(trajectoryIndex: 'on' | 'off'): Promise<string[]> {
  const clock = manualClock(START)
  const bus = await openEmbeddedBus(
    { dataDir: data, analytics: 'off', tickMs: 0, trajectoryIndex },
    { clock, logger: silentLogger },
  )
  const emitters = ['hunter', 'judge'].map((agent) =>
    bus.emitter({ swarm: 'hive', agent, session: `s-${agent}` }),
  )
  for (const emitter of emitters) await emitter.emit({ kind: 'agent', op: 'JOINED', role: 'r' })
  const ids: string[] = []
  for (let i = 0; i < 10; i++) {
    clock.advance(1_000_000)
    const cause = ids.at(-1) ?? null
    const trajectory = i % 2 === 0 ? 't' : null
    ids.push((await emitters[i % 2]!.emit({ ...SIGNAL, cause, trajectory })).event.id)
  }
  await bus.caughtUp(20_000)
  await bus.stop()
  return ids
}

async function waggle(...argv: string[]): Promise<string[]> {
  let text = ''
  const out = { write: (more: string) => void (text += more) }
  expect(await runWaggle([...argv, '--data', data], {}, out)).toBe(0)
  return text.split('\n').slice(0, -1)
}

describe.each(['on', 'off'] as const)('waggle, with the trajectory index %s', (index) => {
  it('trajectory shows a trajectory, an agent and the tree of an event', async () => {
    const ids = await play(index)
    const idsIn = (lines: readonly string[]): string[] =>
      lines.flatMap((line) => ids.filter((id) => line.includes(id)))
    const even = ids.filter((_, i) => i % 2 === 0)
    expect(idsIn(await waggle('trajectory', 't'))).toEqual(even)
    expect(idsIn(await waggle('trajectory', ids[4]!))).toEqual(even)
    expect(idsIn(await waggle('trajectory', 'judge'))).toHaveLength(5)
    const asOf = isoOf(START + 5_000_000)
    expect(idsIn(await waggle('trajectory', 't', '--as-of', asOf))).toEqual(even.slice(0, 3))
    const tree = await waggle('trajectory', ids[4]!, '--tree')
    expect(idsIn(tree)).toEqual(ids)
    expect(tree.filter((line) => line.includes('< signal'))).toHaveLength(4)
    const [json] = await waggle('trajectory', ids[8]!, '--tree', '--json')
    expect(JSON.parse(json!)).toMatchObject({ root: { id: ids[8], children: [{ id: ids[9] }] } })
    await expect(waggle('trajectory', 'nobody')).rejects.toMatchObject({ code: 'NOT_FOUND' })
    await expect(waggle('trajectory')).rejects.toMatchObject({ code: 'CONFIG_INVALID' })
  })

  it('replay stops at a limit and goes on with its token', async () => {
    const ids = await play(index)
    const events = (lines: readonly string[]): unknown[] =>
      lines.map((line) => (JSON.parse(line) as { id: string }).id)
    const only = ['--kind', 'signal', '--json']
    expect(events(await waggle('replay', ...only))).toEqual(ids)
    const first = await waggle('replay', ...only, '--limit', '4')
    const { resume } = JSON.parse(first.pop()!) as { resume: string }
    expect(events(first)).toEqual(ids.slice(0, 4))
    expect(events(await waggle('replay', ...only, '--resume', resume))).toEqual(ids.slice(4))
    const from = isoOf(START + 8_000_000)
    expect(events(await waggle('replay', ...only, '--from', from))).toEqual(ids.slice(7))
    expect(events(await waggle('replay', ...only, '--agent', 'judge'))).toHaveLength(5)
    await expect(waggle('replay', '--json', '--resume', resume)).rejects.toMatchObject({
      code: 'INPUT_INVALID',
    })
    await expect(waggle('replay', '--kind', 'gossip')).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
    })
  })
})

describe('waggle replay', () => {
  it('prints its token at Ctrl-C, which goes on behind the last event given', async () => {
    const ids = await play('off')
    const what = ['--data', data, '--kind', 'signal', '--follow', '--json']
    const child = spawn(process.execPath, [MAIN, 'replay', ...what])
    const lines: string[] = []
    for await (const line of createInterface({ input: child.stdout })) {
      lines.push(line)
      if (lines.length === ids.length) child.kill('SIGINT')
    }
    const { resume } = JSON.parse(lines.pop()!) as { resume: string }
    expect(lines).toHaveLength(ids.length)
    expect(await waggle('replay', '--kind', 'signal', '--resume', resume)).toEqual([])
  })
})

describe('a bus with the trajectory index', () => {
  it('says where events stand, and rebuilds it the same', async () => {
    const ids = await play('on')
    const bus = await openEmbeddedBus(
      { dataDir: data, analytics: 'off', tickMs: 0, trajectoryIndex: 'on' },
      { clock: manualClock(START + 60_000_000), logger: silentLogger },
    )
    await bus.caughtUp(20_000)
    const before = await bus.digests()
    await bus.rebuild()
    expect(await bus.digests()).toEqual(before)
    expect(before['trajectory-index']).toMatch(/^[0-9a-f]{64}$/)
    const at = { topic: 'waggle.signals.v1', partition: 0 }
    const scope = { swarm: 'hive', run: null }
    const found = [0, 1, 2, 3].flatMap((partition) => [
      ...bus.trajectories!.find({ ...at, partition }, scope, { id: ids[0]! }),
    ])
    expect(found).toHaveLength(1)
    await bus.stop()
  })
})
