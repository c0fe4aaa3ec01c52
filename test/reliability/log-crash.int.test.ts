import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync, statSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { open as openLmdb } from 'lmdb'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { seededRandom, systemClock } from '@waggle/base'
import type { EventLog, LogRecord } from '@waggle/log'
import { openLmdbLog } from '@waggle/log/lmdb'
import { killRounds } from '../support/kill-rounds.ts'

const KILLS = killRounds(3, 8)
const WRITER = fileURLToPath(new URL('./ledger-writer.ts', import.meta.url))
const TOPICS = { t: 2 }

let folder: string
beforeEach(async () => void (folder = await mkdtemp(join(tmpdir(), 'waggle-crash-'))))
afterEach(() => rm(folder, { recursive: true, force: true }))

const logPath = (): string => join(folder, 'log')
const startWriter = (session: string): ChildProcess =>
  spawn(process.execPath, [WRITER, logPath(), join(folder, session), session], { stdio: 'inherit' })

/** Resolves once the ledger has grown to this size: a position to wait for, not a time. */
async function ledgerReaches(session: string, bytes: number): Promise<void> {
  const path = join(folder, session)
  while (!existsSync(path) || statSync(path).size < bytes) await systemClock().sleep(2)
}

async function everything(log: EventLog): Promise<LogRecord[]> {
  const lists = await Promise.all(
    [0, 1].map((partition) => log.read({ topic: 't', partition, offset: 0n }, 1_000_000)),
  )
  return lists.flat()
}

async function kill(child: ChildProcess): Promise<void> {
  child.kill('SIGKILL')
  await once(child, 'exit')
}

describe('the LMDB log', () => {
  it('loses nothing acknowledged and doubles nothing when its writer is killed at random times', async () => {
    const random = seededRandom(20_261_121)
    for (let round = 0; round < KILLS; round++) {
      const writer = startWriter(`w${round}`)
      await ledgerReaches(`w${round}`, Math.floor(random.next() * 4000) + 1)
      await kill(writer)
    }
    const log = await openLmdbLog({ path: logPath(), topics: TOPICS, clock: systemClock() })
    const values = (await everything(log)).map(({ value }) => value.toString())
    const acknowledged = Array.from({ length: KILLS }, (_, round) =>
      readFileSync(join(folder, `w${round}`), 'utf8')
        .split('\n')
        .slice(0, -1),
    ).flat()
    expect(acknowledged.length).toBeGreaterThan(0)
    expect(new Set(values).size).toBe(values.length)
    const logged = new Set(values)
    expect(acknowledged.filter((value) => !logged.has(value))).toEqual([])
    await log.append([{ topic: 't', key: 'k', value: Buffer.from('still writable') }])
    await log.close()
  })

  it('is appended to and tailed by several processes at once', async () => {
    const writers = ['p', 'q'].map(startWriter)
    const log = await openLmdbLog({ path: logPath(), topics: TOPICS, clock: systemClock() })
    const abort = new AbortController()
    const seen: string[] = []
    const from = [0, 1].map((partition) => ({ topic: 't', partition, offset: 0n }))
    for await (const { records } of log.tail(from, { signal: abort.signal, maxRecords: 100 })) {
      seen.push(...records.map(({ value }) => value.toString()))
      const sessions = new Set(seen.map((value) => value.split(' ')[0]))
      if (sessions.size === 2 && seen.length > 400) abort.abort()
    }
    await Promise.all(writers.map(kill))
    const all = await everything(log)
    for (const partition of [0, 1]) {
      const offsets = all
        .filter((record) => record.partition === partition)
        .map(({ offset }) => Number(offset))
      expect(offsets).toEqual(offsets.map((_, index) => index))
    }
    expect(new Set(seen).size).toBe(seen.length)
    await log.close()
  })

  it('detects a flipped bit, names the record, and keeps its neighbours readable', async () => {
    const log = await openLmdbLog({ path: logPath(), topics: TOPICS, clock: systemClock() })
    const values = ['zero', 'one', 'two']
    await log.append(
      values.map((value) => ({ topic: 't', partition: 0, key: 'k', value: Buffer.from(value) })),
    )
    await log.append([{ topic: 't', partition: 0, key: 'k', value: Buffer.from('three') }])
    await log.close()
    const env = openLmdb<Buffer, Buffer>({
      path: logPath(),
      encoding: 'binary',
      keyEncoding: 'binary',
      maxDbs: 8,
    })
    const batches = env.openDB<Buffer, Buffer>('batches', {
      encoding: 'binary',
      keyEncoding: 'binary',
    })
    const [{ key, value }] = [...batches.getRange({})] as [{ key: Buffer; value: Buffer }]
    const damaged = Buffer.from(value)
    const at = damaged.indexOf('one')
    damaged[at] = damaged[at]! ^ 1
    await batches.put(key, damaged)
    await env.close()
    const again = await openLmdbLog({ path: logPath(), topics: TOPICS, clock: systemClock() })
    const read = (offset: bigint) => again.read({ topic: 't', partition: 0, offset }, 10)
    expect((await read(0n)).map((record) => record.value.toString())).toEqual(['zero'])
    await expect(read(1n)).rejects.toMatchObject({ code: 'LOG_CORRUPT', input: 't/0@1' })
    expect((await read(2n)).map((record) => record.value.toString())).toEqual(['two', 'three'])
    await again.close()
  })

  it('refuses to open with another number of partitions', async () => {
    const log = await openLmdbLog({ path: logPath(), topics: TOPICS, clock: systemClock() })
    await log.close()
    const wrong = openLmdbLog({ path: logPath(), topics: { t: 3 }, clock: systemClock() })
    await expect(wrong).rejects.toMatchObject({ code: 'TOPIC_CONFLICT' })
  })
})
