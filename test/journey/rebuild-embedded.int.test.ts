import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readDeadLetters } from '@waggle/consume'
import { partitionsOf } from '@waggle/log'
import { createMemoryProjection } from '@waggle/memory'
import { createLexicalEmbedder, createRecallIndex } from '@waggle/recall'
import { createCoordinationProjection, RESULT_TOPICS } from '@waggle/view-coordination'
import { createHotProjection, type HotProjection } from '@waggle/view-hot'
import { runWaggle } from '@waggle-services/cli'
import type { EmbeddedBus } from '@waggle-services/embedded'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  act,
  forgeRole,
  lived,
  openBus,
  rebuild,
  SCOPE,
  stored,
  tamper,
} from '../support/rebuild-scene.ts'

let data: string
beforeEach(() => void (data = mkdtempSync(join(tmpdir(), 'waggle-rebuild-'))))
afterEach(() => rmSync(data, { recursive: true, force: true }))

const mute = { publish: async () => {}, lookAgain: () => {} }
const coordination = () => createCoordinationProjection(mute)

const roleOf = ({ view }: HotProjection): string => view.agents(SCOPE)[0]!.event.role
const roleNow = async (): Promise<string> => {
  const bus = await openBus(data)
  const { role } = bus.hot.view.agents(SCOPE)[0]!.event
  await bus.stop()
  return role
}

describe.each(['hot', 'coordination', 'memory'])('waggle rebuild %s', (view) => {
  it('finds no difference to what is a fold of the log, and puts the new one in place', async () => {
    await lived(data, 's1')
    expect(await rebuild(data, view, '--shadow', '--diff')).toMatchObject({
      code: 0,
      built: { refused: 0 },
      differences: 0,
      switched: false,
    })
    expect(await rebuild(data, view)).toMatchObject({ code: 0, differences: 0, switched: true })
    await lived(data, 's2')
    expect(await rebuild(data, view, '--diff')).toMatchObject({ code: 0, differences: 0 })
    expect((await rebuild(data, view, '--rollback')).code).toBe(0)
    await expect(rebuild(data, view, '--rollback')).rejects.toMatchObject({ code: 'NOT_FOUND' })
    const { dropped } = await rebuild(data, view, '--drop-old')
    expect(dropped).toBeGreaterThan(0)
    expect((await rebuild(data, view, '--drop-old')).dropped).toBe(0)
    await lived(data, 's3')
    expect(await rebuild(data, view, '--diff')).toMatchObject({ code: 0, differences: 0 })
  })

  it('is not there to be rebuilt before anything was put away', async () => {
    const bus = await openBus(data)
    await expect(rebuild(data, view, '--shadow')).rejects.toMatchObject({
      code: view === 'memory' ? 'VIEW_UNAVAILABLE' : 'NOT_FOUND',
    })
    await bus.stop()
    rmSync(join(data, 'recall'), { recursive: true, force: true })
    await expect(rebuild(data, view)).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })

  it('exchanges nothing under a bus that runs', async () => {
    await lived(data, 's1')
    const bus = await openBus(data)
    for (const step of ['--switch', '--rollback', '--drop-old'])
      await expect(rebuild(data, view, step)).rejects.toMatchObject({ code: 'VIEW_UNAVAILABLE' })
    await bus.stop()
    expect(await rebuild(data, view)).toMatchObject({ code: 0, switched: true })
  })
})

describe('waggle rebuild', () => {
  it('names the row that differs and how; a start serves the new one, and after a rollback the old', async () => {
    await lived(data, 's1')
    await tamper(data, createHotProjection(), forgeRole)
    const { code, differences, shown } = await rebuild(data, 'hot', '--diff')
    expect([code, differences]).toEqual([1, 1])
    expect(shown).toMatchObject([{ is: 'changed', live: expect.stringContaining('forged') }])
    expect(shown![0]!.key).toContain('ann')
    expect(await roleNow()).toBe('forged')
    expect(await rebuild(data, 'hot')).toMatchObject({ code: 1, switched: true })
    expect(await roleNow()).toBe('trader')
    await rebuild(data, 'hot', '--rollback')
    expect(await roleNow()).toBe('forged')
    expect(await rebuild(data, 'hot', '--switch')).toMatchObject({ code: 0, switched: true })
    expect(await roleNow()).toBe('trader')
  })

  it('shows some differences and counts all', async () => {
    await lived(data, 's1')
    await tamper(data, coordination(), (projection) => {
      const { state } = projection.dump()!
      for (const partition of (state as Map<string, object>).values()) {
        if ('proposals' in partition) (partition.proposals as Map<string, object>).clear?.()
      }
      return { ...projection, dump: () => ({ ...projection.dump()!, state: new Map() }) }
    })
    const { code, differences, shown } = await rebuild(
      data,
      'coordination',
      '--diff',
      '--limit',
      '2',
    )
    expect(code).toBe(1)
    expect(differences).toBeGreaterThan(2)
    expect(shown).toHaveLength(2)
    let text = ''
    const out = { write: (more: string) => void (text += more) }
    await runWaggle(['rebuild', 'coordination', '--data', data, '--diff', '--limit', '2'], {}, out)
    expect(text).toMatch(/^added .*\nadded .*\n\.\.\. and \d+ more/m)
  })

  it('says nothing in the log: no result twice, no dead letter', async () => {
    const bus = await openBus(data)
    await act(bus, 's1')
    const topic = 'waggle.decisions.v1'
    await bus.log.append([{ topic, key: 'k', value: Buffer.from('bad'), headers: {} }])
    await bus.caughtUp(10_000)
    const before = await saidIn(bus)
    expect(before).toMatchObject({ results: 4, letters: 1 })
    await bus.stop()
    for (const view of ['hot', 'coordination', 'memory'])
      expect((await rebuild(data, view)).code).toBe(0)
    const again = await openBus(data)
    expect(await saidIn(again)).toEqual(before)
    await act(again, 's2')
    expect((await saidIn(again)).results).toBe(8)
    await again.stop()
  })

  it('never takes up what another version or damage left, and rebuilds to where that stood', async () => {
    await lived(data, 's1')
    await tamper(data, createHotProjection(), (it) => ({ ...forgeRole(it), version: 0 }))
    expect(await roleNow()).toBe('trader')
    await tamper(data, createHotProjection(), (it) => ({ ...forgeRole(it), version: 0 }))
    expect(await rebuild(data, 'hot')).toMatchObject({
      code: 1,
      shown: [{ is: 'changed', key: 'snapshot/version', live: '0' }],
      switched: true,
    })
    expect(roleOf(await stored(data, createHotProjection()))).toBe('trader')
    damage('hot-view')
    expect(await rebuild(data, 'hot')).toMatchObject({
      code: 1,
      shown: [{ is: 'changed', key: 'snapshot', live: 'damaged' }],
      switched: true,
    })
    expect(await rebuild(data, 'hot')).toMatchObject({ code: 0, differences: 0 })
  })

  it('stands where the live one stands, though the log goes on', async () => {
    await lived(data, 's1')
    const bus = await openBus(data)
    await act(bus, 's2')
    // What the bus has put away is of its last stop.
    expect(await rebuild(data, 'hot', '--shadow', '--diff')).toMatchObject({ differences: 0 })
    await act(bus, 's3')
    await bus.stop()
    const { built } = await rebuild(data, 'hot', '--diff')
    const whole = await rebuild(data, 'hot', '--shadow')
    expect(built!.records).toBeLessThan(whole.built!.records)
    expect((await rebuild(data, 'hot', '--shadow', '--resume')).built!.records).toBe(0)
    expect(await rebuild(data, 'hot', '--switch')).toMatchObject({ code: 0 })
    expect(await rebuild(data, 'hot', '--diff')).toMatchObject({ code: 0, differences: 0 })
  })

  it('names what memory holds and the log does not say, of a bus with a retention of its own', async () => {
    const retention = { importanceMin: 0.9, longTermAfterMs: 3_600_000 }
    const bus = await openBus(data, { retention })
    await act(bus, 's1')
    await bus.stop()
    expect(await rebuild(data, 'memory', '--diff')).toMatchObject({ code: 0, differences: 0 })
    const embedder = createLexicalEmbedder()
    const openIndex = () => createRecallIndex({ embedder })
    await tamper(data, createMemoryProjection({ openIndex, retention }), (memory) => {
      const dump = memory.dump()!
      type Runs = Map<string, { swarms: Map<string, { agents: Map<string, number> }> }>
      const agents = (dump.state as Runs).get('')!.swarms.get('hive')!.agents
      return { ...memory, dump: () => (agents.set('mallory', 1), dump) }
    })
    const { code, shown } = await rebuild(data, 'memory')
    expect([code, shown]).toMatchObject([1, [{ is: 'removed' }]])
    expect(shown![0]!.key).toContain('agents/mallory')
    expect(await rebuild(data, 'memory')).toMatchObject({ code: 0, differences: 0 })
  })

  it('makes vectors of memory anew that were damaged, and says which', async () => {
    await lived(data, 's1')
    const [index] = readdirSync(join(data, 'recall'))
    const folder = join(data, 'recall', index!)
    const codes = readdirSync(folder).find((name) => name.startsWith('codes'))
    flip(join(folder, codes!))
    expect(await rebuild(data, 'memory')).toMatchObject({
      code: 1,
      shown: [{ is: 'changed', key: `recall/${index}`, live: 'damaged' }],
      switched: true,
    })
    expect(await rebuild(data, 'memory')).toMatchObject({ code: 0, differences: 0 })
  })

  it('keeps nothing of an erased subject in what waits for a rollback', async () => {
    await lived(data, 's1')
    await rebuild(data, 'memory')
    expect(existsSync(join(data, 'recall.previous'))).toBe(true)
    const bus = await openBus(data)
    await act(bus, 's2')
    const warden = bus.emitter({ ...SCOPE, agent: 'warden', session: 'w' })
    await warden.emit({ kind: 'agent', op: 'JOINED', role: 'warden' })
    await bus.caughtUp(10_000)
    await warden.emit({ kind: 'erasure', erased: 'person-1', step: 'REQUESTED' })
    await bus.caughtUp(10_000)
    expect(existsSync(join(data, 'recall.previous'))).toBe(false)
    await bus.stop()
  })

  it('runs once at a time on the same data', async () => {
    await lived(data, 's1')
    const [first, second] = await Promise.allSettled([
      rebuild(data, 'hot'),
      rebuild(data, 'coordination'),
    ])
    const [done, refused] = first.status === 'fulfilled' ? [first, second] : [second, first]
    expect(done).toMatchObject({ value: { code: 0, switched: true } })
    expect(refused).toMatchObject({ reason: { code: 'VIEW_UNAVAILABLE' } })
  })

  it('shows progress in a terminal, and nothing of it in a pipe', async () => {
    await lived(data, 's1')
    const run = async (isTTY: boolean): Promise<string> => {
      let painted = ''
      const terminal = { isTTY, write: (text: string) => void (painted += text) }
      const argv = ['rebuild', 'hot', '--data', data, '--shadow']
      await runWaggle(argv, {}, { write: () => {} }, undefined, terminal)
      return painted
    }
    expect(await run(true)).toMatch(/Building hot-view \[#{30}\] 100 % {2}(\d+)\/\1 records/)
    expect(await run(false)).toBe('')
  })

  it('says what it cannot do', async () => {
    await lived(data, 's1', 1)
    const refused = (...argv: string[]) =>
      expect(runWaggle(['rebuild', ...argv], {}, { write: () => {} })).rejects.toMatchObject({
        code: 'CONFIG_INVALID',
      })
    await refused()
    await refused('--data', data)
    await refused('bank', '--data', data)
    await refused('hot', '--data', join(data, 'nowhere'))
    await refused('hot', '--data', data, '--rollback', '--diff')
    await refused('hot', '--data', data, '--rollback', '--drop-old')
    await refused('hot', '--data', data, '--limit', '0')
  })
})

/** One byte of every state is another. */
function damage(view: string): void {
  const folder = join(data, 'snapshots', view)
  for (const name of readdirSync(folder)) flip(join(folder, name))
}

function flip(path: string): void {
  const bytes = readFileSync(path)
  bytes[bytes.length - 1]! ^= 1
  writeFileSync(path, bytes)
}

async function saidIn(bus: EmbeddedBus): Promise<{ results: number; letters: number }> {
  const ends = await bus.log.ends(partitionsOf(bus.log, RESULT_TOPICS))
  const results = ends.reduce((sum, { offset }) => sum + Number(offset), 0)
  let letters = 0
  for await (const _letter of readDeadLetters(bus.log)) letters++
  return { results, letters }
}
