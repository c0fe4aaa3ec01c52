import type { Micros } from '@waggle/base'
import type { Codec } from '@waggle/codec'
import { EVENT_TOPICS, eventId, type Tick, type TopicPartition } from '@waggle/event'
import { partitionsOf, type AppendRecord, type EventLog } from '@waggle/log'

/** Under this name ticks are sent, whatever the swarm. */
export const RUN_CLOCK = 'run-clock'

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
  const { log, swarm, run, at, partitions = partitionsOf(log, EVENT_TOPICS) } = options
  const session = `seal/${swarm}/${run ?? ''}/${at}`
  await tickPartitions({ ...options, partitions, session, seq: 1 })
}

export interface TickOptions extends SealOptions {
  readonly partitions: readonly TopicPartition[]
  readonly session: string
  /** One number for the same tick in all its partitions. */
  readonly seq: number
}

/** One tick to each of these partitions. */
export async function tickPartitions(options: TickOptions): Promise<void> {
  const { log, codec, swarm, run, at, partitions, session, seq } = options
  const tick: Tick = {
    kind: 'tick',
    id: eventId(session, seq, at),
    swarm,
    agent: RUN_CLOCK,
    session,
    seq,
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
  const records = partitions.map((place): AppendRecord => ({
    ...place,
    key: swarm,
    value,
    producer: { session, seq },
  }))
  await log.append(records)
}
