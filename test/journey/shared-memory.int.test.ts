import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { manualClock, silentLogger, systemClock, type Clock } from '@waggle/base'
import { coordinate, type SharedMemory } from '@waggle/coordinate'
import { sealRun } from '@waggle/emit'
import { coordinationAsOf } from '@waggle/replay'
import { openEmbeddedBus, type EmbeddedBus } from '@waggle-services/embedded'

const SCOPE = { swarm: 's', run: null }
const START = Date.UTC(2020, 0, 1) * 1000

let folder: string
let bus: EmbeddedBus
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'waggle-shared-memory-'))
})
afterEach(async () => {
  await bus.stop()
  await rm(folder, { recursive: true, force: true })
})

async function open(
  log: 'memory' | 'lmdb',
  { clock = systemClock(), analytics = 'off' }: { clock?: Clock; analytics?: 'off' | 'chdb' } = {},
): Promise<void> {
  bus = await openEmbeddedBus(
    { dataDir: folder, log, analytics, analyticsRestMs: 0, tickMs: 0 },
    { clock, logger: silentLogger },
  )
}

async function agent(name: string, run: string | null = null): Promise<SharedMemory> {
  const own = coordinate(bus).agent({ ...SCOPE, agent: name, session: `${name}/${run}`, run })
  await own.emitter.emit({ kind: 'agent', op: 'JOINED', role: 'r' })
  return own.memory('desk')
}

describe.each(['memory', 'lmdb'] as const)('shared memory on the embedded bus with %s', (log) => {
  it('loses no update of agents that race on one counter', async () => {
    await open(log)
    const agents = await Promise.all(['a', 'b', 'c', 'd'].map((name) => agent(name)))
    let lost = 0
    await Promise.all(
      agents.map(async (memory) => {
        for (let i = 0; i < 20; i++) {
          let tries = 0
          const increment = (present: unknown): number => {
            tries++
            return Number(present ?? 0) + 1
          }
          const { status } = await memory.update('counter', increment)
          expect(status).toBe('APPLIED')
          lost += tries - 1
        }
      }),
    )
    const { value: entry } = await agents[0]!.get('counter')
    expect(entry).toMatchObject({ value: 80, conflicts: [] })
    expect(lost).toBeGreaterThan(0)
    const before = await bus.digests()
    await bus.rebuild()
    expect(await bus.digests()).toEqual(before)
  })

  it('answers every write: what was applied, merged or in conflict, and with what', async () => {
    await open(log)
    const [a, b] = [await agent('a'), await agent('b')]
    const made = await a.compareAndSet('k', { x: 1 }, 0)
    expect(made).toMatchObject({ status: 'APPLIED', entry: { value: { x: 1 }, writer: 'a' } })
    expect(made.version).toBe(Number(made.position.offset) + 1)
    const late = await b.compareAndSet('k', { x: 2 }, 0)
    expect(late).toMatchObject({ status: 'CONFLICT', version: made.version })
    expect(late.entry?.conflicts).toMatchObject([{ writer: 'b', value: '{"x":2}' }])
    const unsettled = bus.coordination.view.openConflicts(SCOPE)
    expect(unsettled.map(({ namespace, key }) => `${namespace}/${key}`)).toEqual(['desk/k'])
    expect(await b.compareAndSet('k', { x: 2 }, late.version)).toMatchObject({ status: 'APPLIED' })
    expect(bus.coordination.view.openConflicts(SCOPE)).toEqual([])
    await a.set('seen', ['x'], { merge: 'UNION' })
    expect(await b.set('seen', ['y', 'x'])).toMatchObject({
      status: 'MERGED',
      entry: { value: ['x', 'y'] },
    })
    expect((await a.entries('s')).value.map(({ key }) => key)).toEqual(['seen'])
    expect(await a.remove('seen', 1e6)).toMatchObject({ status: 'CONFLICT' })
    expect(await a.remove('k')).toMatchObject({ status: 'APPLIED', version: 0, entry: undefined })
    expect(await a.set('big', 'x'.repeat(70_000))).toMatchObject({ status: 'REFUSED' })
    expect((await (await agent('a', 'backtest')).entries()).value).toEqual([])
  })

  it('shows changes as they come, of the prefix only', async () => {
    await open(log)
    const [a, b] = [await agent('a'), await agent('b')]
    const stop = new AbortController()
    const changes = await b.watch('risk.', stop.signal)
    await a.set('risk.x', 1)
    await a.set('news.x', 1)
    const { version } = await a.set('risk.x', 2)
    await a.compareAndSet('risk.x', 3, version + 100)
    await a.remove('risk.x')
    const seen: string[] = []
    for await (const { key, writer, version: of } of changes) {
      seen.push(`${key} ${writer} ${of === 0 ? 'removed' : 'changed'}`)
      if (seen.length === 3) stop.abort()
    }
    expect(seen).toEqual(['risk.x a changed', 'risk.x a changed', 'risk.x a removed'])
  })
})

describe('shared memory', () => {
  it('is read as of a time: what came later is not there, and a sealed answer is final', async () => {
    const clock = manualClock(START)
    await open('memory', { clock })
    const a = await agent('a')
    await a.set('k', 'early')
    clock.advance(1_000_000)
    await a.set('k', 'late')
    const { log, codec } = bus
    const asOf = START + 500_000
    const past = await coordinationAsOf({ log, codec, run: null, asOf })
    expect(past.view.entry(SCOPE, 'desk', 'k')?.value).toBe('"early"')
    expect(past.sealed).toBe(false)
    await sealRun({ log, codec, ...SCOPE, at: clock.now() })
    expect((await coordinationAsOf({ log, codec, run: null, asOf })).sealed).toBe(true)
    const present = await coordinationAsOf({ log, codec, run: null, asOf: clock.now() })
    expect(present.view.entry(SCOPE, 'desk', 'k')).toEqual(
      bus.coordination.view.entry(SCOPE, 'desk', 'k'),
    )
  })

  it('shows analysts both values of a conflict', async () => {
    await open('memory', { analytics: 'chdb' })
    const [a, b] = [await agent('a'), await agent('b')]
    await a.compareAndSet('k', 1, 0, { irreversible: true })
    await b.compareAndSet('k', 2, 0, { irreversible: true })
    await bus.caughtUp(30_000)
    await bus.caughtUp(30_000)
    const rows = await bus.analytics!.view.query(
      'SELECT writer, status, value, refused_value, reason FROM memory_results FINAL ORDER BY writer',
    )
    expect(rows).toEqual([
      { writer: 'a', status: 'APPLIED', value: '1', refused_value: null, reason: '' },
      {
        writer: 'b',
        status: 'CONFLICT',
        value: '1',
        refused_value: '2',
        reason: 'both writes are irreversible and the later has not seen the earlier',
      },
    ])
  })
})
