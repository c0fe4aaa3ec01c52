import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemClock, type Clock } from '@waggle/base'
import { createCodec, type Codec } from '@waggle/codec'
import { PARTITIONS, partitionKeyOf, topicOf, type Tick, type WaggleEvent } from '@waggle/event'
import type { EventLog } from '@waggle/log'
import { openLmdbLog } from '@waggle/log/lmdb'
import { createLogRegistry } from '@waggle/registry'

const BATCH = 2000

export interface FilledLog {
  readonly folder: string
  readonly log: EventLog
  readonly codec: Codec
  readonly clock: Clock
  /** Closes the log, and deletes the folder unless it is to be kept. */
  dispose(): Promise<void>
}

/** An LMDB log of so many events, numbered from 0: made, or found in the folder that an earlier run kept. */
export async function filledLog(
  events: number,
  eventOf: (number: number) => Exclude<WaggleEvent, Tick>,
  kept?: string,
): Promise<FilledLog> {
  const folder = kept ?? mkdtempSync(join(tmpdir(), 'waggle-bench-'))
  const path = join(folder, 'log')
  const isNew = !existsSync(path)
  const clock = systemClock()
  const log = await openLmdbLog({ path, topics: PARTITIONS, clock })
  const codec = createCodec(createLogRegistry({ log }))
  await codec.register()
  for (let first = 0; isNew && first < events; first += BATCH) {
    const batch = Array.from({ length: Math.min(BATCH, events - first) }, (_, n) => {
      const event = eventOf(first + n)
      return { topic: topicOf(event.kind), key: partitionKeyOf(event), value: codec.encode(event) }
    })
    await log.append(batch)
  }
  const dispose = async (): Promise<void> => {
    await log.close()
    if (kept === undefined) rmSync(folder, { recursive: true })
  }
  return { folder, log, codec, clock, dispose }
}
