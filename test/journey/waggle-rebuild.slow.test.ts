import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, renameSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { silentLogger, systemClock } from '@waggle/base'
import { runWaggle } from '@waggle-services/cli'
import { openEmbeddedBus, type EmbeddedBus } from '@waggle-services/embedded'
import { openChdbStore } from '@waggle/view-analytics/chdb'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { rebuild as rebuildView, type Said } from '../support/rebuild-scene.ts'

const MAIN = join(import.meta.dirname, '../../services/cli/src/main.ts')

let data: string
beforeEach(() => void (data = mkdtempSync(join(tmpdir(), 'waggle-rebuild-'))))
afterEach(() => rmSync(data, { recursive: true, force: true }))

const folder = (suffix = ''): string => join(data, `clickhouse${suffix}`)

function openBus(): Promise<EmbeddedBus> {
  return openEmbeddedBus(
    { dataDir: data, tickMs: 0, analyticsRestMs: 0 },
    { clock: systemClock(), logger: silentLogger },
  )
}

/** Some decisions of a session, in the log and in the tables. */
async function decide(bus: EmbeddedBus, session: string, count: number): Promise<void> {
  const emitter = bus.emitter({ swarm: 'hive', agent: 'ann', session })
  await emitter.emit({ kind: 'agent', op: 'JOINED', role: 'r' })
  for (let i = 0; i < count; i++)
    await emitter.emit({
      kind: 'decision',
      action: 'HOLD',
      context: '',
      reasoning: '',
      confidence: 1,
    })
  await bus.caughtUp(60_000)
}

const rebuild = (...argv: string[]): Promise<Said> => rebuildView(data, 'analytics', ...argv)

async function actions(): Promise<string[]> {
  const store = await openChdbStore(folder())
  const rows = await store.rows<{ action: string }>(
    'SELECT DISTINCT action FROM decisions FINAL ORDER BY action',
  )
  await store.close()
  return rows.map(({ action }) => action)
}

/** One row is other than the log says. */
async function tamper(): Promise<void> {
  const store = await openChdbStore(folder())
  await store.command(
    `INSERT INTO decisions SELECT * REPLACE ('FORGED' AS action, _offset + 1000 AS _offset) FROM decisions LIMIT 1`,
  )
  await store.close()
}

describe('waggle rebuild analytics', () => {
  it('finds no difference to tables that are a fold of the log', async () => {
    const bus = await openBus()
    await decide(bus, 's', 5)
    await bus.stop()
    expect(await rebuild('--shadow', '--diff')).toMatchObject({
      code: 0,
      built: { refused: 0 },
      differences: 0,
      switched: false,
    })
  })

  it('names the table and partition that differ, takes the new tables, and the old ones back', async () => {
    const bus = await openBus()
    await decide(bus, 's', 5)
    await bus.stop()
    await tamper()
    const { code, shown } = await rebuild('--diff')
    expect(code).toBe(1)
    expect(shown).toMatchObject([{ is: 'changed' }])
    expect(shown![0]!.key).toMatch(/^decisions\/\d$/)
    expect(await rebuild()).toMatchObject({ code: 1, switched: true })
    expect(await actions()).toEqual(['HOLD'])
    expect((await rebuild('--rollback')).code).toBe(0)
    expect(await actions()).toEqual(['FORGED', 'HOLD'])
    await expect(rebuild('--rollback')).rejects.toMatchObject({ code: 'NOT_FOUND' })
    expect((await rebuild('--switch')).code).toBe(0)
    expect(await rebuild('--diff')).toMatchObject({ code: 0 })
  })

  it('goes on after a kill: while it built, and between the two names of a switch', async () => {
    const bus = await openBus()
    await decide(bus, 's1', 5)
    await bus.stop()
    await rebuild('--shadow')
    const again = await openBus()
    await decide(again, 's2', 5)
    await again.stop()
    await tamper()
    // The shadow holds half of the log, as after a kill: it is read on, and no row is doubled.
    expect((await rebuild('--shadow', '--resume')).code).toBe(0)
    renameSync(folder(), folder('.previous'))
    expect(existsSync(folder())).toBe(false)
    expect((await rebuild('--diff')).code).toBe(0)
    expect(await actions()).toEqual(['HOLD'])
    expect((await rebuild('--rollback')).code).toBe(0)
    expect(await actions()).toEqual(['FORGED', 'HOLD'])
  })

  it('needs the bus stopped to compare, not to build', async () => {
    const bus = await openBus()
    await decide(bus, 's', 3)
    // Processes of their own: chdb has one folder open in each.
    const codes: (number | null)[] = []
    for (const step of ['--shadow', '--diff', '--rollback'])
      codes.push(
        spawnSync(process.execPath, [MAIN, 'rebuild', 'analytics', '--data', data, step]).status,
      )
    await bus.stop()
    expect(codes).toEqual([0, 5, 5])
    expect(await rebuild('--switch')).toMatchObject({ code: 0, switched: true })
  })

  it('leaves rows of another version alone, and says so', async () => {
    const bus = await openBus()
    await decide(bus, 's', 3)
    await bus.stop()
    const store = await openChdbStore(folder())
    await store.command('INSERT INTO view_version SELECT 1, max(written) + 1 FROM view_version')
    await store.close()
    expect(await rebuild('--diff')).toMatchObject({
      code: 1,
      shown: [{ is: 'changed', key: 'tables/version', live: '1' }],
    })
    expect(await actions()).toEqual(['HOLD'])
    expect(await rebuild()).toMatchObject({ code: 1, switched: true })
    expect(await rebuild()).toMatchObject({ code: 0, switched: true })
  })

  it('serves a bus that starts after the switch, which goes on from there', async () => {
    const bus = await openBus()
    await decide(bus, 's1', 3)
    await bus.stop()
    expect((await rebuild('--switch')).code).toBe(0)
    const again = await openBus()
    await decide(again, 's2', 4)
    const counts = await again.analytics!.view.counts()
    expect(counts['decisions']).toBe(7)
    await again.stop()
    expect(await rebuild('--diff')).toMatchObject({ code: 0, differences: 0 })
  })

  it('says what it cannot do', async () => {
    const out = { write: () => {} }
    for (const argv of [['tables', '--data', data], []])
      await expect(runWaggle(['rebuild', ...argv], {}, out)).rejects.toMatchObject({
        code: 'CONFIG_INVALID',
      })
    await expect(rebuild('--rollback', '--diff')).rejects.toMatchObject({ code: 'CONFIG_INVALID' })
    await expect(rebuild()).rejects.toMatchObject({ code: 'CONFIG_INVALID' })
  })
})
