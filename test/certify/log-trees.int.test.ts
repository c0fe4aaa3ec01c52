import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, rmSync, truncateSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { manualClock, seededRandom, systemClock } from '@waggle/base'
import {
  consistencyProof,
  createMemoryTiles,
  inclusionProof,
  leafOf,
  openFileTiles,
  openLogTrees,
  verifyConsistency,
  verifyInclusion,
  type LogTrees,
  type TileStore,
} from '@waggle/certify'
import { partitionName, type Position, type TopicPartition } from '@waggle/event'
import { partitionsOf, type EventLog } from '@waggle/log'
import { openLmdbLog } from '@waggle/log/lmdb'
import { createMemoryLog } from '@waggle/log/memory'
import { killRounds } from '../support/kill-rounds.ts'

const TOPICS = { 'a.v1': 3, 'b.v1': 5 }
const KILLS = killRounds(2, 6)
const KEEPER = fileURLToPath(new URL('./tree-keeper.ts', import.meta.url))
const AT = { topic: 'a.v1', partition: 0 }

let folder: string
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'waggle-trees-'))))
afterEach(() => rmSync(folder, { recursive: true }))

async function logOf(records: number, salt = ''): Promise<EventLog> {
  const clock = manualClock(1_700_000_000_000_000)
  const log = createMemoryLog({ topics: TOPICS, clock })
  for (let record = 0; record < records; record++) {
    clock.advance(1)
    const topic = record % 3 === 0 ? 'a.v1' : 'b.v1'
    const value = Buffer.from(`${salt}${record}`)
    await log.append([{ topic, key: `k${record % 7}`, value, headers: { n: String(record) } }])
  }
  return log
}

const heads = (trees: Iterable<LogTrees>): Record<string, string> =>
  Object.fromEntries(
    [...trees]
      .flatMap(({ partitions }) => [...partitions])
      .filter(([, { storage }]) => storage.size > 0)
      .map(([name, { storage, content, nextOffset }]) => {
        return [name, `${nextOffset} ${storage.size} ${storage.root()} ${content.root()}`]
      }),
  )

async function wholeTrees(log: EventLog): Promise<LogTrees> {
  const trees = await openLogTrees(createMemoryTiles())
  await trees.advance(log)
  return trees
}

describe('the trees of a log', () => {
  it.each([1, 4, 16])(
    'are the same for %i consumers, whatever the batches, kills and rebalances',
    async (count) => {
      const log = await logOf(400)
      const expected = heads([await wholeTrees(log)])
      const ends = await log.ends(partitionsOf(log, Object.keys(TOPICS)))
      const consumer = fc.nat({ max: count - 1 })
      await fc.assert(
        fc.asyncProperty(
          fc.array(fc.tuple(consumer, fc.nat({ max: 7 }), fc.nat({ max: 60 }), fc.boolean()), {
            maxLength: 60,
          }),
          fc.integer({ min: 1, max: 50 }),
          async (steps, batchRecords) => {
            // What is saved belongs to the partition and goes with it to whoever has it next.
            const stores = ends.map(createMemoryTiles)
            const held = new Map<number, LogTrees>()
            const owners = ends.map(() => -1)
            const hold = async (who: number, at: number): Promise<LogTrees> => {
              const known = owners[at] === who ? held.get(at) : undefined
              const trees = known ?? (await openLogTrees(stores[at]!))
              owners[at] = who
              held.set(at, trees)
              return trees
            }
            for (const [who, at, most, killed] of steps) {
              const trees = await hold(who, at)
              const from = trees.partitions.get(partitionName(ends[at]!))?.nextOffset ?? 0n
              const until = min(from + BigInt(most), ends[at]!.offset)
              await trees.advance(log, { ends: [{ ...ends[at]!, offset: until }], batchRecords })
              if (killed) held.delete(at)
            }
            for (const [at, end] of ends.entries())
              await (await hold(0, at)).advance(log, { ends: [end], batchRecords })
            expect(heads(held.values())).toEqual(expected)
          },
        ),
        { numRuns: 40 },
      )
    },
  )

  it('go on after a crash that left hashes without their state, and half a hash', async () => {
    const log = await logOf(6000)
    const [end] = await log.ends([AT])
    const files = openFileTiles(folder)
    const crashing: TileStore = {
      ...files,
      save: async () => {
        throw new Error('killed')
      },
    }
    const first = await openLogTrees(files)
    await first.advance(log, { ends: [{ ...AT, offset: 100n }], batchRecords: 33 })
    const second = await openLogTrees(crashing)
    await expect(second.advance(log, { ends: [end!] })).rejects.toThrow('killed')
    for (const name of readdirSync(folder).filter((file) => file.endsWith('.l0')))
      truncateSync(join(folder, name), 32 * 333 + 7)
    const third = await openLogTrees(files)
    expect(third.partitions.get('a.v1/0')!.nextOffset).toBe(100n)
    await third.advance(log)
    expect(heads([await openLogTrees(files)])).toEqual(heads([await wholeTrees(log)]))
    await expectProofs(log, third, AT)
  })

  it('are whole when the process that keeps them is killed again and again', async () => {
    const path = join(folder, 'log')
    const tiles = join(folder, 'tiles')
    const log = await openLmdbLog({ path, topics: { t: 2 }, clock: systemClock() })
    const value = Buffer.from('v')
    for (let at = 0; at < 20_000; at += 1000) {
      const partition = (at / 1000) % 2
      const key = String(at)
      await log.append(Array.from({ length: 1000 }, () => ({ topic: 't', partition, key, value })))
    }
    const random = seededRandom(20_261_121)
    const size = async (): Promise<number> => {
      const { partitions } = await openLogTrees(openFileTiles(tiles))
      return [...partitions.values()].reduce((sum, { storage }) => sum + storage.size, 0)
    }
    for (let round = 0; round < KILLS; round++) {
      const target = Math.min(20_000, (await size()) + 1 + Math.floor(random.next() * 400))
      const keeper = spawn(process.execPath, [KEEPER, path, tiles, '23'], { stdio: 'inherit' })
      const gone = once(keeper, 'exit')
      while ((await size()) < target) await systemClock().sleep(1)
      keeper.kill('SIGKILL')
      await gone
    }
    expect(await size()).toBeGreaterThan(KILLS)
    const kept = await openLogTrees(openFileTiles(tiles))
    await kept.advance(log)
    expect(heads([kept])).toEqual(heads([await wholeTrees(log)]))
    await expectProofs(log, kept, { topic: 't', partition: 1 })
    await log.close()
  })

  it('do not go on over a log that was rolled back, or rolled back and grown again', async () => {
    const files = openFileTiles(folder)
    await (await openLogTrees(files)).advance(await logOf(300))
    const shorter = openLogTrees(files).then(async (trees) => trees.advance(await logOf(200)))
    await expect(shorter).rejects.toMatchObject({ code: 'LOG_CORRUPT' })
    const regrown = openLogTrees(files).then(async (trees) => trees.advance(await logOf(400, 'x')))
    await expect(regrown).rejects.toMatchObject({ code: 'LOG_CORRUPT' })
    await (await openLogTrees(files)).advance(await logOf(400))
  })
})

/** Every leaf is proven from the kept hashes, and every older size. */
async function expectProofs(log: EventLog, trees: LogTrees, at: TopicPartition): Promise<void> {
  const { storage } = trees.partitions.get(partitionName(at))!
  const head = { size: storage.size, root: storage.root() }
  expect(head.size).toBeGreaterThan(300)
  const older = await openLogTrees(createMemoryTiles())
  for (let index = 0; index < head.size; index += 17) {
    const [record] = await log.read({ ...at, offset: BigInt(index) }, 1)
    const path = await inclusionProof(trees.nodes(at), index, head.size)
    expect(verifyInclusion({ ...head, index }, leafOf(record!).storage, path)).toBe(true)
    expect(path.length).toBeLessThanOrEqual(Math.ceil(Math.log2(head.size)))
    if (index === 0) continue
    await older.advance(log, { ends: [{ ...at, offset: BigInt(index) }] })
    const was = older.partitions.get(partitionName(at))!.storage
    const proof = await consistencyProof(trees.nodes(at), index, head.size)
    expect(verifyConsistency({ size: index, root: was.root() }, head, proof)).toBe(true)
  }
}

const min = (a: Position['offset'], b: bigint): bigint => (a < b ? a : b)
