import type { Micros } from '@waggle/base'
import type { Codec } from '@waggle/codec'
import { EVENT_TOPICS, eventId, type Tick, type TopicPartition } from '@waggle/event'
import { partitionsOf, type AppendRecord, type EventLog } from '@waggle/log'

export interface SealOptions {
  readonly log: EventLog
  readonly codec: Codec
  readonly swarm: string
  readonly run: string | null
  /** Everything known up to here is in the log. */
  readonly at: Micros
  /** Where; everywhere if left out. */
  readonly partitions?: readonly TopicPartition[]
}

/**
 * Sends a tick to every partition, or to those named, which moves the run's watermark there: from now on
 * nothing can count as known before `at`, in idle partitions too, so answers as of any time before it are
 * final. Sealing again is free.
 */
export async function sealRun(options: SealOptions): Promise<void> {
  const { log, codec, swarm, run, at, partitions = partitionsOf(log, EVENT_TOPICS) } = options
  const session = `seal/${swarm}/${run ?? ''}/${at}`
  const tick: Tick = {
    kind: 'tick',
    id: eventId(session, 1, at),
    swarm,
    agent: 'run-clock',
    session,
    seq: 1,
    occurred_at: at,
    known_at: at,
    trajectory: null,
    cause: null,
    run,
    subject: null,
    model_id: null,
    model_version: null,
    model_cutoff: null,
  }
  const value = codec.encode(tick)
  const records = partitions.map((at): AppendRecord => ({
    ...at,
    key: swarm,
    value,
    producer: { session, seq: 1 },
  }))
  await log.append(records)
}
