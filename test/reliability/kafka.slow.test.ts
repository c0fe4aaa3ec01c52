import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { isWaggleError } from '@waggle/base'
import type { LogRecord } from '@waggle/log'
import type { KafkaConnection, KafkaLog } from '@waggle/log/kafka'
import { startKafka, type KafkaServer } from '@waggle-infra/native/kafka'
import { resolveInfra } from '../support/infra.ts'
import { connectionTo, DRIVERS, openTestLog } from '../support/kafka.ts'

/** These tests kill and freeze their broker, so it is always one of their own. */
const first = await resolveInfra('Kafka as a native process', [startKafka])
await first?.dispose()

const TOPICS = { a: 2 }
const SESSIONS = ['s0', 's1', 's2']

describe.skipIf(first === undefined).each(Object.entries(DRIVERS))(
  'Kafka through %s',
  (_name, openDriver) => {
    let kafka: KafkaServer
    let log: KafkaLog
    let connection: KafkaConnection

    beforeEach(async () => {
      kafka = (await startKafka())!
      connection = connectionTo(kafka.broker, '', 2000)
      log = await openTestLog({ connection, openDriver, topics: TOPICS, deliveryTimeoutMs: 60_000 })
    })
    afterEach(async () => {
      kafka.thaw()
      await log.close()
      await kafka.dispose()
    })

    it('loses nothing acknowledged and reorders nothing when the broker is killed twice', async () => {
      const acknowledged = new Map<string, number>()
      const abort = new AbortController()
      const writers = SESSIONS.map(async (session) => {
        for (let seq = 1; !abort.signal.aborted; seq++) {
          await log.append([{ topic: 'a', key: session, value: Buffer.from(`${session} ${seq}`) }])
          acknowledged.set(session, seq)
        }
      })
      for (let kill = 0; kill < 2; kill++) {
        await progressOf(acknowledged)
        await kafka.kill()
        await expect.poll(() => log.status().state, { timeout: 30_000 }).toBe('down')
        expect(log.status().reason).toBeTruthy()
        kafka = await kafka.restart()
      }
      await progressOf(acknowledged)
      abort.abort()
      await Promise.all(writers)
      expect(log.status().state).toBe('up')

      const seen = await readAll(log)
      for (const [session, last] of acknowledged) {
        const seqs = seen
          .filter((text) => text.startsWith(`${session} `))
          .map((text) => Number(text.split(' ')[1]))
        expect(new Set(seqs)).toEqual(new Set(Array.from({ length: last }, (_, i) => i + 1)))
        const firsts = seqs.filter((seq, index) => seqs.indexOf(seq) === index)
        expect(firsts).toEqual([...firsts].sort((a, b) => a - b))
      }
    })

    it('says so in bounded time when the broker hangs, bounds what waits, and goes on by itself', async () => {
      await log.append([{ topic: 'a', key: 'k', value: Buffer.from('before') }])
      kafka.freeze()
      const waiting = log.append([{ topic: 'a', key: 'k', value: Buffer.from('during') }])
      waiting.catch(() => {})
      await expect(log.read({ topic: 'a', partition: 0, offset: 0n }, 1)).rejects.toMatchObject({
        code: 'LOG_UNAVAILABLE',
      })
      await expect.poll(() => log.status().state, { timeout: 30_000 }).toBe('down')
      const refusals = await fillUp(log)
      expect(refusals).toBeGreaterThan(0)
      expect(log.status().pendingBytes).toBeLessThanOrEqual(64 * 1024 * 1024)
      kafka.thaw()
      await waiting
      await expect.poll(() => log.status().pendingBytes, { timeout: 60_000 }).toBe(0)
      expect(await readAll(log)).toEqual(expect.arrayContaining(['before', 'during']))
      expect(log.status()).toMatchObject({ state: 'up', reason: undefined })
    })

    it('goes on tailing where it stood when the broker comes back', async () => {
      const seen: string[] = []
      const abort = new AbortController()
      const tailing = tailForEver(log, abort.signal, seen)
      await log.append([{ topic: 'a', key: 'k', value: Buffer.from('1') }])
      await expect.poll(() => seen, { timeout: 20_000 }).toEqual(['1'])
      await kafka.kill()
      kafka = await kafka.restart()
      await log.append([{ topic: 'a', key: 'k', value: Buffer.from('2') }])
      await expect.poll(() => new Set(seen), { timeout: 30_000 }).toEqual(new Set(['1', '2']))
      expect(seen.filter((text) => text === '1')).toEqual(['1'])
      abort.abort()
      await tailing
    })
  },
)

/** Resolves when every session has been acknowledged anew some times. */
async function progressOf(acknowledged: ReadonlyMap<string, number>): Promise<void> {
  const before = new Map(acknowledged)
  await expect
    .poll(
      () => SESSIONS.every((name) => (acknowledged.get(name) ?? 0) >= (before.get(name) ?? 0) + 20),
      { timeout: 60_000 },
    )
    .toBe(true)
}

async function readAll(log: KafkaLog): Promise<string[]> {
  const partitions = [0, 1].map((partition) => ({ topic: 'a', partition }))
  const texts: string[] = []
  for (const end of await log.ends(partitions)) {
    let from = { ...end, offset: 0n }
    while (from.offset < end.offset) {
      const records: LogRecord[] = await log.read(from, 10_000)
      for (const { value } of records) if (value.length < 100) texts.push(value.toString())
      from = { ...from, offset: records.at(-1)!.offset + 1n }
    }
  }
  return texts
}

/** Appends megabytes until the log refuses more. */
async function fillUp(log: KafkaLog): Promise<number> {
  let refusals = 0
  for (let i = 0; i < 80 && refusals === 0; i++) {
    const full = log.append([{ topic: 'a', key: 'k', value: Buffer.alloc(1_000_000) }])
    full.catch((error: unknown) => {
      if (isWaggleError(error, 'LOG_UNAVAILABLE')) refusals++
    })
    await Promise.resolve()
    await Promise.resolve()
  }
  await new Promise((resolve) => setImmediate(resolve))
  return refusals
}

/** What a runner does: starts again behind the last record it saw. */
async function tailForEver(log: KafkaLog, signal: AbortSignal, seen: string[]): Promise<void> {
  const next = [0n, 0n]
  while (!signal.aborted) {
    const from = next.map((offset, partition) => ({ topic: 'a', partition, offset }))
    try {
      for await (const batch of log.tail(from, { signal, maxRecords: 100 })) {
        for (const { value } of batch.records) seen.push(value.toString())
        next[batch.partition] = batch.records.at(-1)!.offset + 1n
      }
    } catch (error) {
      if (!isWaggleError(error, 'LOG_UNAVAILABLE')) throw error
      await new Promise((resolve) => setImmediate(resolve))
    }
  }
}
