import { appendFile, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { silentLogger } from '@waggle/base'
import {
  createFileSnapshots,
  createRunner,
  withSnapshots,
  type KeptProjection,
  type Snapshots,
} from '@waggle/consume'
import { TOPICS } from '@waggle/event'
import { createMemoryProjection } from '@waggle/memory'
import { createBankProjection } from '@waggle/reasoning-bank'
import { createLexicalEmbedder, createRecallIndex } from '@waggle/recall'
import { projectAsOf, takeSnapshots } from '@waggle/replay'
import { createCoordinationProjection, createWeightProjection } from '@waggle/view-coordination'
import { createHotProjection } from '@waggle/view-hot'
import type { MemoryBus } from '../support/memory-bus.ts'
import { answersAt, type Fold } from '../support/past-answers.ts'
import { anyStep, pastWorld, type Step } from '../support/past-world.ts'

const SILENT = { publish: async () => {}, lookAgain: () => {} }
const VERDICTS = TOPICS['waggle.verdicts.v1'].partitions
const embedder = createLexicalEmbedder()
const openIndex = () => createRecallIndex({ embedder })
const VIEWS: readonly (readonly [string, () => KeptProjection])[] = [
  ['hot view', createHotProjection],
  ['coordination', () => createCoordinationProjection(SILENT)],
  ['weights', () => createWeightProjection(SILENT, VERDICTS)],
  ['bank', () => createBankProjection()],
  ['memory', () => createMemoryProjection({ openIndex })],
  ['memory of the past', () => createMemoryProjection({ openIndex, ageless: true })],
]

let folder: string
const warnings: string[] = []
const logger = { ...silentLogger, warn: (_: object, text: string) => void warnings.push(text) }
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'waggle-snapshots-'))
  warnings.length = 0
})
afterEach(async () => rm(folder, { recursive: true, force: true }))

const snapshotsOf = ({ log }: MemoryBus, most?: number): Snapshots =>
  createFileSnapshots({ folder, log, logger, ...(most === undefined ? {} : { most }) })

const steps = (seed: number, numRuns: number): Step[] => fc.sample(anyStep, { seed, numRuns })

/** Runs a projection to the end of the log; says where it began. */
async function run<P extends KeptProjection>(bus: MemoryBus, projection: P): Promise<bigint> {
  const begun = (await projection.checkpoints()).reduce((sum, at) => sum + at.nextOffset, 0n)
  const runner = createRunner({ ...bus, projection, logger: silentLogger, batchRecords: 16 })
  await runner.start()
  await runner.caughtUp(10_000)
  await runner.stop()
  return begun
}

async function files(view: string): Promise<string[]> {
  const names = await readdir(join(folder, view)).catch(() => [])
  return [...names].sort((a, b) => (a < b ? -1 : 1)).map((name) => join(folder, view, name))
}

describe.each(VIEWS)('snapshots of the %s', (_, make) => {
  it('and the rest of the log are the view that a rebuild makes', async () => {
    const world = await pastWorld()
    const snapshots = snapshotsOf(world.bus)
    const open = (everyRecords: number) =>
      withSnapshots(make(), { snapshots, logger, everyRecords })
    for (const seed of [1, 2, 3, 4]) {
      await world.act(steps(seed, 50))
      if (seed === 3) await world.seal()
      const projection = open(40)
      const begun = await run(world.bus, projection)
      if (seed > 2) expect(begun).toBeGreaterThan(0n)
      await projection.saveSnapshot()
      const rebuilt = make()
      await run(world.bus, rebuilt)
      expect(await projection.digest()).toBe(await rebuilt.digest())
    }
    expect(warnings).toEqual([])
  })

  it('are refused when a byte of them changed, and passed over', async () => {
    const world = await pastWorld()
    const snapshots = snapshotsOf(world.bus)
    await world.act(steps(5, 300))
    await world.seal()
    const whole = make()
    await takeSnapshots(whole, { ...world.bus, snapshots, batchRecords: 4, everyRecords: 8 })
    const all = await files(whole.name)
    expect(all.length).toBeGreaterThan(1)
    await fc.assert(
      fc.asyncProperty(fc.nat(), fc.integer({ min: 1, max: 255 }), async (at, flip) => {
        const newest = all.at(-1)!
        const bytes = await readFile(newest)
        const changed = Buffer.from(bytes)
        changed[at % bytes.length]! ^= flip
        await writeFile(newest, changed)
        warnings.length = 0
        const projection = withSnapshots(make(), { snapshots: snapshotsOf(world.bus), logger })
        await run(world.bus, projection)
        await writeFile(newest, bytes)
        expect(await projection.digest()).toBe(await whole.digest())
        expect(warnings).toHaveLength(1)
        expect(warnings[0]).toContain('Snapshot')
      }),
      { numRuns: 60 },
    )
  })
})

describe('snapshots', () => {
  it('of another log, version or rule are not taken', async () => {
    const [ours, other] = [await pastWorld(), await pastWorld()]
    await other.act(steps(6, 40))
    await ours.act(steps(7, 40))
    const snapshots = snapshotsOf(other.bus)
    await takeSnapshots(createBankProjection(), { ...other.bus, snapshots, everyRecords: 1000 })
    const bank = createBankProjection()
    expect(await snapshotsOf(ours.bus).restore(bank)).toBeUndefined()
    expect(warnings.at(-1)).toContain('the log has not the record before')
    const stricter = createBankProjection({ config: { costBps: 20 } })
    expect(await snapshots.restore(stricter)).toBeUndefined()
    expect(warnings.at(-1)).toContain('its key is')
    expect(await snapshots.restore({ ...bank, version: 2 })).toBeUndefined()
    expect(warnings.at(-1)).toContain('its version is 1, not 2')
    expect(await snapshots.restore(bank)).toBeDefined()
  })

  it('are forgotten by a rebuild, and spread over time where there are too many', async () => {
    const world = await pastWorld()
    await world.act(steps(8, 150))
    const snapshots = snapshotsOf(world.bus, 4)
    await takeSnapshots(createHotProjection(), { ...world.bus, snapshots, everyRecords: 5 })
    const kept = await files('hot-view')
    expect(kept.length).toBeLessThanOrEqual(4)
    expect(kept.length).toBeGreaterThan(1)
    const projection = withSnapshots(createHotProjection(), { snapshots, logger })
    await projection.reset()
    expect(await files('hot-view')).toEqual([])
    expect(await run(world.bus, projection)).toBe(0n)
  })

  it('cut short by a crash are not seen', async () => {
    const world = await pastWorld()
    await world.act(steps(9, 60))
    const snapshots = snapshotsOf(world.bus)
    await takeSnapshots(createHotProjection(), { ...world.bus, snapshots, everyRecords: 1000 })
    const [path] = await files('hot-view')
    await writeFile(`${path}.part`, (await readFile(path!)).subarray(0, 100))
    await appendFile(join(folder, 'hot-view', 'notes.txt'), 'x')
    expect(await snapshots.restore(createHotProjection())).toBeDefined()
    expect(warnings).toEqual([])
  })

  it('give back a coordinator the partitions it is newly assigned', async () => {
    const world = await pastWorld()
    await world.act(steps(10, 150))
    const snapshots = snapshotsOf(world.bus)
    const make = () => createCoordinationProjection(SILENT)
    const whole = withSnapshots(make(), { snapshots, logger })
    await run(world.bus, whole)
    await whole.saveSnapshot()
    const all = await whole.checkpoints()
    const projection = withSnapshots(make(), { snapshots, logger })
    await projection.keep!(all.slice(0, 3))
    expect(await projection.checkpoints()).toHaveLength(3)
    await projection.keep!(all)
    expect(await projection.checkpoints()).toHaveLength(all.length)
    expect(warnings).toEqual([])
    const rebuilt = make()
    await run(world.bus, rebuilt)
    await run(world.bus, projection)
    expect(projection.view.members({ swarm: 'test-swarm', run: null })).toEqual(
      rebuilt.view.members({ swarm: 'test-swarm', run: null }),
    )
  })
})

describe('the past from snapshots', () => {
  it('is the past from the log', async () => {
    let restored = 0
    await fc.assert(
      fc.asyncProperty(
        fc.array(anyStep, { minLength: 30, maxLength: 80 }),
        fc.array(fc.nat(60), { minLength: 3, maxLength: 3 }),
        async (plan, ago) => {
          await rm(folder, { recursive: true, force: true })
          const world = await pastWorld()
          await world.act(plan)
          await world.seal()
          const snapshots = snapshotsOf(world.bus)
          for (const [, make] of VIEWS)
            await takeSnapshots(make(), {
              ...world.bus,
              snapshots,
              run: 'backtest-1',
              everyRecords: 12,
              batchRecords: 1,
            })
          const counted: Snapshots = {
            ...snapshots,
            restore: async (...args) => {
              const header = await snapshots.restore(...args)
              if (header !== undefined) restored++
              return header
            },
          }
          const fromSnapshots: Fold = (make, options) =>
            projectAsOf(make, { ...options, snapshots: counted })
          for (const seconds of ago) {
            const at = world.bus.clock.now() - 1 - seconds * 1_000_000
            expect(await answersAt(world.bus, at, fromSnapshots)).toEqual(
              await answersAt(world.bus, at),
            )
          }
        },
      ),
      { numRuns: 12 },
    )
    expect(restored).toBeGreaterThan(10)
    expect(warnings).toEqual([])
  })
})
