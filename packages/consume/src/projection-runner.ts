import { isWaggleError, messageOf, type Clock, type Logger, type Service } from '@waggle/base'
import type { Codec } from '@waggle/codec'
import { partitionName, type Position, type TopicPartition } from '@waggle/event'
import type { EventLog, LogBatch } from '@waggle/log'
import { emptyAdmission, type AdmissionState, type AdmittedRecord } from './admission.ts'
import { judgeBatch } from './judge-batch.ts'
import { deadLetterRecord, type DeadLetter } from './dead-letter.ts'
import { RecordRejected, type Projection } from './projection.ts'
import { Progress } from './progress.ts'

/**
 * Feeds one view from the log. States:
 *
 *   idle      made, or stopped
 *   running   applying, or waiting at the end of the log
 *   paused    asked to rest; positions stay
 *   stalled   the view refuses a batch: tried again with growing delay, reason in `status()`
 *
 * idle -start-> running -pause-> paused -resume-> running; running <-> stalled; any -stop-> idle.
 */
export type RunnerState = 'idle' | 'running' | 'paused' | 'stalled'

export interface RunnerStatus {
  readonly name: string
  readonly state: RunnerState
  /** Why it is stalled. */
  readonly reason: string | undefined
  /** Records of the log that are not applied yet. */
  readonly lag: bigint
  /** Records refused since the start. */
  readonly refused: number
  readonly applied: ReadonlyMap<string, bigint>
}

export interface ProjectionRunner extends Service {
  readonly projection: Projection
  readonly progress: Progress
  pause(): Promise<void>
  resume(): Promise<void>
  /** Drops the view and projects the log again from its start; resolves when it has caught up. */
  rebuild(): Promise<void>
  /** Resolves when everything appended before the call is applied; VIEW_STALE after `timeoutMs`. */
  caughtUp(timeoutMs: number): Promise<void>
  status(): Promise<RunnerStatus>
}

export interface RunnerOptions {
  readonly log: EventLog
  readonly codec: Codec
  readonly projection: Projection
  readonly clock: Clock
  readonly logger: Logger
  /** Most records in a batch. Part of the batch boundaries, so the same on every run. */
  readonly batchRecords?: number
  /** Partitions of this runner; all of the projection's topics if left out. */
  readonly partitions?: readonly TopicPartition[]
}

const BATCH_RECORDS = 8192
const RETRY_MS_MIN = 50
const RETRY_MS_MAX = 5000
const REBUILD_TIMEOUT_MS = 3_600_000

export function createRunner(options: RunnerOptions): ProjectionRunner {
  const { log, codec, projection, clock, logger } = options
  const partitions = options.partitions ?? allPartitions(log, projection.topics)
  const progress = new Progress(clock)
  const admissions = new Map<string, AdmissionState>()
  let state: RunnerState = 'idle'
  let reason: string | undefined
  let refused = 0
  let abort = new AbortController()
  let loop: Promise<void> = Promise.resolve()

  const startPositions = async (): Promise<Position[]> => {
    const checkpoints = new Map(
      (await projection.checkpoints()).map((at) => [partitionName(at), at]),
    )
    progress.clear()
    admissions.clear()
    return partitions.map((at) => {
      const name = partitionName(at)
      const checkpoint = checkpoints.get(name)
      admissions.set(name, checkpoint?.admission ?? emptyAdmission())
      const offset = checkpoint?.nextOffset ?? 0n
      if (offset > 0n) progress.advance(name, offset)
      return { ...at, offset }
    })
  }

  const writeDeadLetters = async (letters: readonly DeadLetter[]): Promise<void> => {
    if (letters.length === 0) return
    for (const letter of letters) {
      logger.warn(
        {
          topic: letter.source.topic,
          partition: letter.source.partition,
          offset: String(letter.source.offset),
          code: letter.code,
        },
        `${projection.name}: ${letter.reason}`,
      )
      try {
        await log.append([deadLetterRecord(letter)])
      } catch (error) {
        // An older refusal of the same stream is in the log already: then so is this one.
        if (!isWaggleError(error, 'SEQ_DUPLICATE')) throw error
      }
    }
    refused += letters.length
  }

  /** Applies a batch; a record the view rejects becomes a dead letter and the rest is tried again. */
  const applyAll = async (
    batch: LogBatch,
    events: AdmittedRecord[],
    admission: AdmissionState,
  ): Promise<void> => {
    const firstOffset = batch.records[0]!.offset
    const nextOffset = batch.records.at(-1)!.offset + 1n
    const { topic, partition } = batch
    for (;;) {
      try {
        return await projection.apply({
          topic,
          partition,
          firstOffset,
          nextOffset,
          events,
          admission,
        })
      } catch (error) {
        if (!(error instanceof RecordRejected)) throw error
        const rejected = events.find((event) => event.record.offset === error.offset)
        if (rejected === undefined) throw error
        await writeDeadLetters([
          {
            source: rejected.record,
            stage: projection.name,
            code: 'RECORD_REJECTED',
            reason: error.message,
          },
        ])
        events = events.filter((event) => event !== rejected)
      }
    }
  }

  const projectBatch = async (batch: LogBatch): Promise<void> => {
    const name = partitionName(batch)
    const judged = await judgeBatch(codec, admissions.get(name)!, batch)
    await writeDeadLetters(
      judged.refusals.map(({ record, code, reason }) => ({
        source: record,
        stage: 'admission',
        code,
        reason,
      })),
    )
    await applyAll(batch, judged.admitted, judged.admission)
    admissions.set(name, judged.admission)
    progress.advance(name, batch.records.at(-1)!.offset + 1n)
  }

  /** One life of the loop: from the stored positions to the abort or the first failure. */
  const project = async (signal: AbortSignal): Promise<void> => {
    const from = await startPositions()
    const maxRecords = options.batchRecords ?? BATCH_RECORDS
    for await (const batch of log.tail(from, { signal, maxRecords })) {
      await projectBatch(batch)
      state = 'running'
      reason = undefined
    }
  }

  /** Starts again from the stored positions after every failure, so that nothing is skipped or kept half. */
  const supervise = async (signal: AbortSignal): Promise<void> => {
    let delayMs = RETRY_MS_MIN
    let lastApplied = -1n
    while (!signal.aborted) {
      try {
        await project(signal)
      } catch (error) {
        if (signal.aborted) return
        const applied = sum(progress.freshness.applied.values())
        delayMs = applied > lastApplied ? RETRY_MS_MIN : Math.min(delayMs * 2, RETRY_MS_MAX)
        lastApplied = applied
        state = 'stalled'
        reason = messageOf(error)
        logger.error(
          { projection: projection.name, err: error },
          `${projection.name} stalled: ${reason}`,
        )
        await clock.sleep(delayMs, signal).catch(() => {})
      }
    }
  }

  const run = (): void => {
    abort = new AbortController()
    state = 'running'
    reason = undefined
    loop = supervise(abort.signal)
  }

  const rest = async (to: 'idle' | 'paused'): Promise<void> => {
    abort.abort()
    await loop
    state = to
  }

  const ends = (): Promise<Position[]> => log.ends(partitions)

  const runner: ProjectionRunner = {
    name: projection.name,
    projection,
    progress,
    start: async () => {
      if (state === 'idle') run()
    },
    stop: () => rest('idle'),
    pause: () => rest('paused'),
    resume: async () => {
      if (state === 'paused') run()
    },
    rebuild: async () => {
      await rest('paused')
      await projection.reset()
      progress.clear()
      run()
      await runner.caughtUp(REBUILD_TIMEOUT_MS)
    },
    caughtUp: async (timeoutMs) => {
      const last = (await ends())
        .filter((end) => end.offset > 0n)
        .map((end) => ({ ...end, offset: end.offset - 1n }))
      await progress.waitFor(last, timeoutMs)
    },
    status: async () => {
      const lag = (await ends()).reduce(
        (total, end) => total + end.offset - progress.nextOffset(partitionName(end)),
        0n,
      )
      return {
        name: projection.name,
        state,
        reason,
        lag,
        refused,
        applied: progress.freshness.applied,
      }
    },
  }
  return runner
}

function allPartitions(log: EventLog, topics: readonly string[]): TopicPartition[] {
  return topics.flatMap((topic) =>
    Array.from({ length: log.topics[topic] ?? 0 }, (_, partition) => ({ topic, partition })),
  )
}

function sum(values: Iterable<bigint>): bigint {
  let total = 0n
  for (const value of values) total += value
  return total
}
