import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { manualClock, silentLogger } from '@waggle/base'
import { sealRun } from '@waggle/emit'
import { openEmbeddedBus, type EmbeddedBus } from '@waggle-services/embedded'

const SCOPE = { swarm: 's', run: null }
const KEPT = ['hot-view', 'coordination', 'memory', 'reasoning-bank'] as const
const CAUGHT_UP_MS = 10_000

let folder: string
const clock = manualClock(Date.UTC(2020, 0, 1) * 1000)
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'waggle-embedded-snapshots-'))
})
afterEach(async () => rm(folder, { recursive: true, force: true }))

const open = (): Promise<EmbeddedBus> =>
  openEmbeddedBus(
    { dataDir: folder, log: 'lmdb', analytics: 'off', tickMs: 0, bank: 'on', weights: 'skill/v1' },
    { clock, logger: silentLogger },
  )

const filesOf = (view: string): Promise<string[]> =>
  readdir(join(folder, 'snapshots', view)).catch(() => [])

async function live(bus: EmbeddedBus, session: string): Promise<void> {
  const emitter = bus.emitter({ ...SCOPE, agent: 'ann', session })
  await emitter.emit({ kind: 'agent', op: 'JOINED', role: 'r' })
  await bus.caughtUp(CAUGHT_UP_MS)
  for (let n = 0; n < 20; n++) {
    clock.advance(1_000_000)
    const action = `${session} ${n}`
    await emitter.emitAll([
      { kind: 'decision', action, context: '{}', reasoning: '', confidence: 0.5 },
      { kind: 'memory_write', namespace: 'desk', key: 'k', value: `${n}` },
      { kind: 'fact', namespace: 'ann', entity: 'ACME', attribute: 'n', value: `${n}` },
    ])
  }
  await bus.caughtUp(CAUGHT_UP_MS)
}

describe('an embedded bus', () => {
  it('goes on from snapshots, and is what a rebuild makes', async () => {
    let bus = await open()
    await live(bus, 'first')
    await bus.stop()
    for (const view of KEPT) expect(await filesOf(view)).toHaveLength(1)
    bus = await open()
    await live(bus, 'second')
    const digests = await bus.digests()
    await bus.rebuild()
    expect(await bus.digests()).toEqual(digests)
    for (const view of KEPT) expect(await filesOf(view)).toEqual([])
    await bus.stop()
  })

  it('tells the past of every view, with and without what it had put away', async () => {
    let bus = await open()
    await live(bus, 'first')
    const at = clock.now()
    clock.advance(1_000_000)
    await bus.stop()
    bus = await open()
    await live(bus, 'second')
    await sealRun({ ...bus, ...SCOPE, at: clock.now() })
    const past = bus.query(SCOPE).asOf(at)
    const ask = async (reader: typeof past): Promise<unknown[]> => [
      await reader.read('hot', (view) => view.recentDecisions(SCOPE, 3)),
      await reader.read('coordination', (view) => view.entry(SCOPE, 'desk', 'k')),
      await reader.read('memory', (view) => view.facts(SCOPE, 'ann', 'ACME')),
      await reader.read('bank', (view) => view.patterns(SCOPE)),
      await reader.trajectory({ agent: 'ann' }),
    ]
    const answers = await ask(past)
    expect(answers).toMatchObject([
      { sealed: true, value: [{ event: { action: 'first 19' } }, {}, {}] },
      { sealed: true, value: { value: '19' } },
      { sealed: true },
      { sealed: true },
      { sealed: true },
    ])
    const { value } = await past.trajectory({ agent: 'ann' })
    expect(value.events).toHaveLength(61)
    expect(value.events.every(({ knownFrom }) => knownFrom <= at)).toBe(true)
    await rm(join(folder, 'snapshots'), { recursive: true })
    expect(await ask(bus.query(SCOPE).asOf(at))).toEqual(answers)
    await bus.stop()
  })

  it('deletes what the bank had put away when a subject is erased', async () => {
    let bus = await open()
    await live(bus, 'first')
    await bus.stop()
    bus = await open()
    expect(await filesOf('reasoning-bank')).toHaveLength(1)
    const warden = bus.emitter({ ...SCOPE, agent: 'warden', session: 'w' })
    await warden.emit({ kind: 'agent', op: 'JOINED', role: 'warden' })
    await bus.caughtUp(CAUGHT_UP_MS)
    await warden.emit({ kind: 'erasure', erased: 'person-1', step: 'REQUESTED' })
    await bus.caughtUp(CAUGHT_UP_MS)
    expect(await filesOf('reasoning-bank')).toEqual([])
    await bus.stop()
  })
})
