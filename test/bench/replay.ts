import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemClock } from '@waggle/base'
import { FRAME_HEADER_BYTES } from '@waggle/codec'
import { createCodec } from '@waggle/codec'
import { createEmitter } from '@waggle/emit'
import { PARTITIONS } from '@waggle/event'
import type { EventLog } from '@waggle/log'
import { openLmdbLog } from '@waggle/log/lmdb'
import { createLogRegistry } from '@waggle/registry'
import { EnvelopeView } from '@waggle/codec'
import { createRunner } from '@waggle/consume'
import { silentLogger } from '@waggle/base'
import { createTrajectoryProjection, replayBatches, replayKnown } from '@waggle/replay'
import { openLmdbIndexStore } from '@waggle/replay/lmdb'
import { avroTypeOf } from '@waggle/codec'
import { SCHEMAS } from '@waggle/event'
import { interleaved, line, verify } from './measure.ts'

const EVENTS = 300_000
const ROUNDS = 5
const SWARM = 'bench'

/** Replays votes of about 95 bytes from the embedded log. */
export async function benchReplay(): Promise<string[]> {
  const folder = mkdtempSync(join(tmpdir(), 'waggle-bench-'))
  const clock = systemClock()
  const log = await openLmdbLog({ path: folder, topics: PARTITIONS, clock })
  const codec = createCodec(createLogRegistry({ log }))
  await codec.register()
  const emitter = createEmitter({ log, codec, clock, swarm: SWARM, agent: 'a', session: 's' })
  for (let i = 0; i < EVENTS / 1000; i++) {
    await emitter.emitAll(
      Array.from(
        { length: 1000 },
        () =>
          ({ kind: 'vote', proposal: `p${i % 40}`, choice: 'approve', confidence: 0.5 }) as const,
      ),
    )
  }
  const store = openLmdbIndexStore(join(folder, 'index'))
  const projection = createTrajectoryProjection({ store, log })
  const runner = createRunner({ log, codec, clock, projection, logger: silentLogger })
  const indexStart = performance.now()
  await runner.start()
  await runner.caughtUp(600_000)
  const indexRate = (EVENTS / (performance.now() - indexStart)) * 1000
  await runner.stop()
  const judging = { log, codec, swarm: SWARM, run: null }
  const source = { ...judging, judgments: projection.index }
  const timed = (count: () => Promise<number>) => async (): Promise<number> => {
    const start = performance.now()
    const events = await count()
    verify(events === EVENTS, `all events are replayed, got ${events}`)
    return (EVENTS / (performance.now() - start)) * 1000
  }
  const full = timed(async () => {
    let events = 0
    for await (const batch of replayBatches(source)) events += batch.length
    return events
  })
  const routing = timed(async () => {
    const view = EnvelopeView.unset()
    let events = 0
    let known = 0
    for await (const batch of replayKnown(source)) {
      for (let i = 0; i < batch.length; i++) {
        batch.route(i, view)
        const time = batch.knownFrom(i)
        if (time >= known && view.agent === 'a' && view.trajectory === null) events++
        known = time
      }
    }
    return events
  })
  const unjudged = timed(async () => {
    let events = 0
    for await (const batch of replayBatches(judging)) events += batch.length
    return events
  })
  const decodeOnly = timed(() => decodeAll(log, (frame) => codec.writerOf(frame)!.decode(frame)))
  const type = avroTypeOf(SCHEMAS.vote)
  const avsc = timed(() => decodeAll(log, (frame) => type.decode(frame, FRAME_HEADER_BYTES)))
  const samples = await interleaved(ROUNDS, [
    { name: 'replay: read, check CRC, merge, decode', run: full },
    { name: 'replay: routing fields', run: routing },
    { name: 'replay without an index: admit, merge, decode', run: unjudged },
    { name: 'read and decode (own decoder)', run: decodeOnly },
    { name: 'read and decode (avsc)', run: avsc },
  ])
  await store.close()
  await log.close()
  rmSync(folder, { recursive: true })
  return [
    `replay of ${EVENTS} votes from the LMDB log, warm; indexed at ${Math.round(indexRate)} events/s`,
    ...[...samples].map(([name, values]) => line(name, values, 'events/s')),
  ]
}

async function decodeAll(log: EventLog, decode: (frame: Buffer) => unknown): Promise<number> {
  let events = 0
  for (let partition = 0; partition < 4; partition++) {
    for (let offset = 0n; ;) {
      const records = await log.read({ topic: 'waggle.proposals.v1', partition, offset }, 8192)
      if (records.length === 0) break
      for (const { value } of records) decode(value)
      events += records.length
      offset += BigInt(records.length)
    }
  }
  return events
}
