import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { manualClock } from '@waggle/base'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { EventLog } from '../event-log.ts'
import { openLmdbLog } from './lmdb-log.ts'

const MIB = 2 ** 20
const FRAMES = 48
const at = { topic: 't', partition: 0 }

describe('pages of a log that was read', () => {
  let path: string
  let log: EventLog
  const open = (scanBytes?: number): Promise<EventLog> =>
    openLmdbLog({
      path,
      topics: { t: 1 },
      clock: manualClock(),
      ...(scanBytes === undefined ? {} : { scanBytes }),
    })
  const append = (byte: number) =>
    log.append([{ topic: 't', key: 'k', value: Buffer.alloc(MIB / 2, byte) }])
  const readAll = async (): Promise<number[]> => {
    const bytes: number[] = []
    for (let offset = 0n; ; offset++) {
      const { count, record } = await log.blocks!.readBlock({ ...at, offset }, 1)
      if (count === 0) return bytes
      bytes.push(record(0).value.at(-1)!)
    }
  }
  const numbers = Array.from({ length: FRAMES }, (_, i) => i)

  beforeEach(async () => {
    path = mkdtempSync(join(tmpdir(), 'waggle-log-'))
    log = await open()
    for (const i of numbers) await append(i)
    await log.close()
  })
  afterEach(async () => {
    await log.close()
    rmSync(path, { recursive: true, force: true })
  })

  it.runIf(process.platform === 'linux')('are given back during a scan', async () => {
    log = await open()
    expect(await readAll()).toEqual(numbers)
    const kept = mappedMiB(path)
    await log.close()
    log = await open(2 * MIB)
    expect(await readAll()).toEqual(numbers)
    expect(kept).toBeGreaterThan(FRAMES / 4)
    expect(mappedMiB(path)).toBeLessThan(kept / 2)
  })

  it('may be given back while it is appended to', async () => {
    log = await open(0)
    const reads: Promise<number[]>[] = []
    for (let i = FRAMES; i < FRAMES + 5; i++) {
      reads.push(readAll())
      await append(i)
      expect(await log.ends([at])).toEqual([{ ...at, offset: BigInt(i + 1) }])
    }
    for (const read of await Promise.all(reads)) expect(read.slice(0, FRAMES)).toEqual(numbers)
    expect(await readAll()).toHaveLength(FRAMES + 5)
  })

  it('are not looked for in another log that took its place', async () => {
    log = await open(0)
    expect(await log.read({ ...at, offset: 0n }, 1)).toHaveLength(1)
    rmSync(path, { recursive: true })
    const refused = { code: 'LOG_UNAVAILABLE' }
    await expect(log.read({ ...at, offset: 0n }, 1)).rejects.toMatchObject(refused)
    await expect(append(1)).rejects.toMatchObject(refused)
    await expect(log.ends([at])).rejects.toMatchObject(refused)
  })
})

/** What is resident of the log's file, by Linux. */
function mappedMiB(path: string): number {
  const maps = readFileSync('/proc/self/smaps', 'utf8').split(/^(?=[0-9a-f]+-[0-9a-f]+ )/m)
  const own = maps.filter((map) => map.includes(path))
  return own.reduce((sum, map) => sum + Number(/Rss:\s+(\d+)/.exec(map)?.[1]), 0) / 1024
}
