import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { silentLogger, type WaggleError } from '@waggle/base'
import { createRunner } from '@waggle/consume'
import { positionText } from '@waggle/event'
import { openLmdbLog } from '@waggle/log/lmdb'
import {
  createMemoryIndexStore,
  createTrajectoryProjection,
  replay,
  replayTerm,
  type ReplaySource,
} from '@waggle/replay'
import { open } from 'lmdb'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { memoryBus, SWARM } from '../support/memory-bus.ts'

const TOPIC = 'waggle.signals.v1'
const WANTED = { run: null, swarm: SWARM }

let path: string
beforeEach(() => void (path = mkdtempSync(join(tmpdir(), 'waggle-damage-'))))
afterEach(() => rmSync(path, { recursive: true, force: true }))

/** Twelve signals of one agent in an LMDB log, copied from a log in memory; the bytes of the sixth are damaged. */
async function damagedBus() {
  const bus = await memoryBus()
  const emitter = bus.emitter('a')
  let partition = 0
  for (let i = 0; i < 12; i++) {
    bus.clock.advance(1000)
    const signal = { kind: 'signal', domain: `d${i}`, severity: 'LOW', confidence: 1 } as const
    partition = (await emitter.emit(signal)).position.partition
  }
  const options = { path, topics: bus.log.topics, clock: bus.clock }
  const whole = await openLmdbLog(options)
  const records = await bus.log.read({ topic: TOPIC, partition, offset: 0n }, 100)
  await whole.append(records.slice(0, 8))
  await whole.append(records.slice(8))
  const projection = createTrajectoryProjection({ store: createMemoryIndexStore(), log: whole })
  const runner = createRunner({ ...bus, log: whole, projection, logger: silentLogger })
  await runner.start()
  await runner.caughtUp(10_000)
  await runner.stop()
  await whole.close()
  const env = open<Buffer, Buffer>({ path, encoding: 'binary', keyEncoding: 'binary', maxDbs: 8 })
  const batches = env.openDB<Buffer, Buffer>('batches', {
    encoding: 'binary',
    keyEncoding: 'binary',
  })
  for (const { key, value } of batches.getRange({})) {
    const at = value.indexOf('d5')
    if (at < 0) continue
    value[at + 1]! ^= 1
    await batches.put(Buffer.from(key), value)
  }
  await env.close()
  const log = await openLmdbLog(options)
  const position = positionText({ topic: TOPIC, partition, offset: 5n })
  return { log, codec: bus.codec, index: projection.index, position }
}

async function countOf(batches: AsyncIterable<unknown>): Promise<number> {
  let count = 0
  for await (const batch of batches) count += Array.isArray(batch) ? batch.length : 1
  return count
}

describe('replay of a log with a damaged record', () => {
  it('stops at its position, or names it and gives the rest, judged before or not', async () => {
    const { log, codec, index, position } = await damagedBus()
    const readers = [
      (source: ReplaySource) => replay({ ...source, ...WANTED }),
      (source: ReplaySource) => replay({ ...source, ...WANTED, judgments: index }),
      (source: ReplaySource) => replayTerm({ ...source, ...WANTED, index }, { agent: 'a' }),
    ]
    for (const read of readers) {
      const stopping = countOf(read({ log, codec }))
      await expect(stopping).rejects.toMatchObject({ code: 'LOG_CORRUPT', input: position })
      const reported: WaggleError[] = []
      const onDamage = (damage: WaggleError): void => void reported.push(damage)
      expect(await countOf(read({ log, codec, onDamage }))).toBe(11)
      expect(reported).toMatchObject([{ code: 'LOG_CORRUPT', input: position }])
    }
    await log.close()
  })
})
