import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { manualClock } from '@waggle/base'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openLmdbLog } from './lmdb-log.ts'
import { batchKey, Storage } from './storage.ts'

const at = { topic: 't', partition: 0 }
const TOPICS = { t: 1 }

describe('blocks of a damaged log', () => {
  let path: string
  beforeEach(() => void (path = mkdtempSync(join(tmpdir(), 'waggle-log-'))))
  afterEach(() => rmSync(path, { recursive: true, force: true }))

  /** Three frames of four records; the bytes of the second are changed. */
  const damaged = async (damage: (frame: Buffer) => void) => {
    const options = { path, topics: TOPICS, clock: manualClock() }
    const log = await openLmdbLog(options)
    for (let call = 0; call < 3; call++) {
      const values = Array.from({ length: 4 }, (_, i) => Buffer.alloc(50, call * 4 + i))
      await log.append(values.map((value) => ({ topic: 't', key: 'k', value })))
    }
    await log.close()
    const storage = new Storage(path)
    const { id } = (await storage.openTopics(TOPICS)).get('t')!
    const frame = storage.batches.get(batchKey(id, 0, 4))!
    damage(frame)
    await storage.batches.put(batchKey(id, 0, 4), frame)
    await storage.close()
    return openLmdbLog(options)
  }
  const length = (frame: Buffer): number => frame.length / 4

  it('give what stands before a damaged record, name it, and go on behind it', async () => {
    const log = await damaged((frame) => void (frame[length(frame) * 2 - 1]! ^= 1))
    const { readBlock, readAt } = log.blocks!
    const offsets = async (offset: bigint): Promise<number[]> => {
      const { offsets: all, count } = await readBlock({ ...at, offset }, 100)
      return Array.from(all.subarray(0, count))
    }
    expect(await offsets(0n)).toEqual([0, 1, 2, 3, 4])
    await expect(offsets(5n)).rejects.toMatchObject({ code: 'LOG_CORRUPT', input: 't/0@5' })
    expect(await offsets(6n)).toEqual([6, 7, 8, 9, 10, 11])
    await expect(readAt(at, [4, 5])).rejects.toMatchObject({ code: 'LOG_CORRUPT', input: 't/0@5' })
    expect((await readAt(at, [4, 6, 11])).count).toBe(3)
    await log.close()
  })

  it.each([
    [1, 6],
    [2, 7],
  ])(
    'never take a record for its neighbour, which the length of %i takes in',
    async (row, next) => {
      const log = await damaged((frame) => {
        const whole = length(frame)
        frame.writeUInt32LE(whole * 2 - 8, whole * row + 4)
      })
      const { readBlock, readAt } = log.blocks!
      const error = { code: 'LOG_CORRUPT', input: `t/0@${next}` }
      await expect(readBlock({ ...at, offset: BigInt(next) }, 100)).rejects.toMatchObject(error)
      await expect(readAt(at, [next, 8])).rejects.toMatchObject(error)
      await expect(readAt(at, [4, next])).rejects.toMatchObject(error)
      await log.close()
    },
  )

  it.each([0xffff_ffff, 0, 3])('name a record whose length became %i', async (wrong) => {
    const log = await damaged((frame) => void frame.writeUInt32LE(wrong, length(frame) * 2 + 4))
    const { readBlock, readAt } = log.blocks!
    expect((await readBlock({ ...at, offset: 0n }, 100)).count).toBe(6)
    const error = { code: 'LOG_CORRUPT', input: 't/0@6' }
    await expect(readBlock({ ...at, offset: 6n }, 100)).rejects.toMatchObject(error)
    await expect(readAt(at, [6])).rejects.toMatchObject(error)
    await expect(readAt(at, [7])).rejects.toMatchObject({ code: 'LOG_CORRUPT', input: 't/0@7' })
    await expect(readBlock({ ...at, offset: 7n }, 1)).rejects.toThrow('t/0@7')
    expect((await readAt(at, [5, 8])).count).toBe(2)
    expect((await readBlock({ ...at, offset: 5n }, 100)).count).toBe(1)
    expect((await readBlock({ ...at, offset: 8n }, 100)).count).toBe(4)
    await log.close()
  })
})
