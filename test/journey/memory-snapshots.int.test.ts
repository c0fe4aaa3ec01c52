import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { zstdDecompressSync } from 'node:zlib'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { silentLogger, systemClock } from '@waggle/base'
import { createFileSnapshots, createRunner, withSnapshots, type Snapshots } from '@waggle/consume'
import { createEmitter } from '@waggle/emit'
import {
  createMemoryProjection,
  createReadBack,
  memoryAsOf,
  type MemoryProjection,
} from '@waggle/memory'
import { createLexicalEmbedder, createRecallIndex } from '@waggle/recall'
import { projectAsOf } from '@waggle/replay'
import { createEraserService, snapshotForgetters } from '@waggle-services/memory-view'
import { canary, found } from '../support/canaries.ts'
import { SWARM } from '../support/memory-bus.ts'
import { anyMemoryActions, memoryFeed, type MemoryFeed } from '../support/memory-feed.ts'
import { textOf } from '../support/past-answers.ts'

const SCOPE = { swarm: SWARM, run: null }
const embedder = createLexicalEmbedder()
const openIndex = () => createRecallIndex({ embedder })

let folder: string
const warnings: string[] = []
const logger = { ...silentLogger, warn: (_: object, text: string) => void warnings.push(text) }
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'waggle-memory-snapshots-'))
  warnings.length = 0
})
afterEach(async () => rm(folder, { recursive: true, force: true }))

const snapshotsOf = ({ bus }: MemoryFeed): Snapshots =>
  createFileSnapshots({ folder, log: bus.log, logger })

const memoryOf = ({ bus, vault }: MemoryFeed, ageless = false): MemoryProjection =>
  createMemoryProjection({ vault, openIndex, ageless, readBack: createReadBack({ ...bus, vault }) })

async function run(
  { bus }: MemoryFeed,
  projection: Parameters<typeof createRunner>[0]['projection'],
): Promise<void> {
  const runner = createRunner({ ...bus, projection, logger: silentLogger, batchRecords: 8 })
  await runner.start()
  await runner.caughtUp(10_000)
  await runner.stop()
}

/** What a user would ask. */
async function answers({ view }: Pick<MemoryProjection, 'view'>): Promise<string> {
  const spaces = ['ann', 'bob', 'cid', 'shared'].map((name) => view.facts(SCOPE, name, 'ACME'))
  const question = { text: 'Bought shares of ACME', limit: 20, exact: true }
  return textOf([spaces, await view.episodes(SCOPE), await view.recall(SCOPE, question)])
}

/** Bytes of every snapshot as they are read. */
async function opened(): Promise<Buffer> {
  const all: Buffer[] = []
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue
    const bytes = await readFile(join(entry.parentPath, entry.name))
    all.push(zstdDecompressSync(bytes.subarray(bytes.indexOf('\n') + 1)))
  }
  return Buffer.concat(all)
}

describe('memory from a snapshot', () => {
  it('and the rest of the log is the memory that a rebuild makes, wherever it was cut', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(anyMemoryActions(), { minLength: 2, maxLength: 4 }),
        async (lives) => {
          await rm(folder, { recursive: true, force: true })
          const feed = await memoryFeed()
          for (const actions of lives) {
            await feed.act(actions)
            const live = withSnapshots(memoryOf(feed), { snapshots: snapshotsOf(feed), logger })
            await run(feed, live)
            await live.saveSnapshot()
            const rebuilt = memoryOf(feed)
            await run(feed, rebuilt)
            expect(await live.digest()).toBe(await rebuilt.digest())
            expect(await answers(live)).toBe(await answers(rebuilt))
          }
        },
      ),
      { numRuns: 25 },
    )
    expect(warnings).toEqual([])
  })
})

describe('the past of memory', () => {
  it('is the same from what an earlier question put away, whatever was erased since', async () => {
    let restored = 0
    await fc.assert(
      fc.asyncProperty(
        fc.array(anyMemoryActions(), { minLength: 2, maxLength: 4 }),
        fc.array(fc.nat(80), { minLength: 2, maxLength: 4 }),
        async (lives, hoursAgo) => {
          await rm(folder, { recursive: true, force: true })
          const feed = await memoryFeed()
          const snapshots = snapshotsOf(feed)
          const counted: Snapshots = {
            ...snapshots,
            restore: async (...args) => {
              const header = await snapshots.restore(...args)
              if (header !== undefined) restored++
              return header
            },
          }
          for (const actions of lives) {
            await feed.act(actions)
            for (const hours of hoursAgo) {
              const asOf = feed.bus.clock.now() - hours * 3_600_000_000
              const options = { ...feed.bus, run: null, asOf, batchRecords: 1 }
              const fromLog = await projectAsOf(() => memoryOf(feed, true), options)
              const { vault } = feed
              const kept = { vault, openIndex, snapshots: counted, everyRecords: 10 }
              const fromKept = await memoryAsOf({ ...options, ...kept })
              expect(fromKept.sealed).toBe(fromLog.sealed)
              expect(fromKept.positions).toEqual(fromLog.positions)
              expect(await answers(fromKept)).toBe(await answers(fromLog))
            }
          }
        },
      ),
      { numRuns: 25 },
    )
    expect(restored).toBeGreaterThan(20)
    expect(warnings).toEqual([])
  })

  /** A subject of whom much is said, in clear text in the snapshots of a view with its keys. */
  async function saidOfAda(): Promise<{ feed: MemoryFeed; text: string; ask(): Promise<unknown> }> {
    const feed = await memoryFeed()
    const text = canary()
    const scope = { swarm: SWARM, agent: 'dan', session: 'of-ada' }
    const emitter = createEmitter({ ...feed.bus, ...scope, seal: feed.vault.seal })
    for (let n = 0; n < 30; n++) {
      const said = n % 3 === 0 ? { content: text, subject: 'ada' } : { content: `note ${n}` }
      await emitter.emit({ kind: 'experience', namespace: 'dan', type: 'note', ...said })
    }
    return {
      feed,
      text,
      ask: () => emitter.emit({ kind: 'erasure', erased: 'ada', step: 'REQUESTED' }),
    }
  }

  const pastOf = (feed: MemoryFeed, snapshots: Snapshots) =>
    projectAsOf(() => memoryOf(feed, true), {
      ...feed.bus,
      run: null,
      asOf: feed.bus.clock.now(),
      batchRecords: 4,
      snapshots,
      everyRecords: 10,
    })

  it('keeps nothing of an erased subject in any snapshot', async () => {
    const { feed, text, ask } = await saidOfAda()
    const snapshots = snapshotsOf(feed)
    const live = withSnapshots(memoryOf(feed), { snapshots, logger })
    const parts = { ...feed.bus, clock: systemClock(), logger: silentLogger }
    const memory = createRunner({ ...parts, projection: live })
    await memory.start()
    await memory.caughtUp(10_000)
    await live.saveSnapshot()
    await pastOf(feed, snapshots)
    expect(await readdir(folder)).toEqual(['memory', 'memory-past'])
    expect(found(await opened(), [text])).toEqual([text])

    const { vault } = feed
    const forgetters = snapshotForgetters(snapshots)
    const eraser = createEraserService({ ...parts, vault, memory, forgetters })
    await eraser.start()
    await ask()
    await eraser.runner.caughtUp(10_000)
    expect(found(await opened(), [text])).toEqual([])
    await pastOf(feed, snapshots)
    await live.saveSnapshot()
    expect((await opened()).length).toBeGreaterThan(0)
    expect(found(await opened(), [text])).toEqual([])
    await eraser.stop()
    await memory.stop()
  })

  it('is not put away where an erasure came while it was being read', async () => {
    const { feed, text, ask } = await saidOfAda()
    const snapshots = snapshotsOf(feed)
    let asked = false
    const interrupted: Snapshots = {
      ...snapshots,
      save: async (projection) => {
        if (!asked) await ask()
        asked = true
        return snapshots.save(projection)
      },
    }
    await pastOf(feed, interrupted)
    expect(asked).toBe(true)
    expect(found(await opened(), [text])).toEqual([])
  })
})
