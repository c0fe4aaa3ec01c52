import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { systemClock } from '@waggle/base'
import type { LogBatch } from '@waggle/log'
import { openLmdbLog } from '@waggle/log/lmdb'
import { createMemoryLog } from '@waggle/log/memory'
import { eventLogSuite, SUITE_TOPICS } from './event-log.suite.ts'

eventLogSuite('memory', async () => ({
  open: async () => createMemoryLog({ topics: SUITE_TOPICS, clock: systemClock() }),
  dispose: async () => {},
}))

const lmdb = (more: { readonly scanBytes?: number }) => async () => {
  const path = await mkdtemp(join(tmpdir(), 'waggle-log-'))
  const open = () => openLmdbLog({ path, topics: SUITE_TOPICS, clock: systemClock(), ...more })
  return { open, reopen: open, dispose: () => rm(path, { recursive: true, force: true }) }
}

eventLogSuite('lmdb', lmdb({}))
eventLogSuite('lmdb, opened anew after every read', lmdb({ scanBytes: 0 }))

it('lmdb: a tail at the end hears of what others append, and of its own, in turn', async () => {
  const { open, dispose } = await lmdb({})()
  // As two processes have it: neither tells the other.
  const [own, other] = [await open(), await open()]
  const abort = new AbortController()
  const [first] = await own.ends([{ topic: 'a', partition: 0 }])
  const tail = own.tail([first!], { signal: abort.signal, maxRecords: 10 })[Symbol.asyncIterator]()
  for (let i = 0; i < 20; i++) {
    const next = tail.next()
    const value = Buffer.from(`${i}`)
    const writer = i % 3 === 0 ? own : other
    await writer.append([{ topic: 'a', partition: 0, key: 'k', value }])
    const { value: batch } = (await next) as IteratorYieldResult<LogBatch>
    expect(batch.records.map((record) => record.value.toString())).toEqual([`${i}`])
  }
  abort.abort()
  expect(await tail.next()).toMatchObject({ done: true })
  await own.close()
  await other.close()
  await dispose()
})
