import {
  isWaggleError,
  messageOf,
  WaggleError,
  type Clock,
  type Logger,
  type Service,
} from '@waggle/base'
import type { Codec } from '@waggle/codec'
import { partitionName, type Position, type TopicPartition } from '@waggle/event'
import { partitionsOf, type EventLog, type LogBatch } from '@waggle/log'
import { emptyAdmission, type AdmissionState, type AdmittedRecord } from './admission.ts'
import { DeadLetterWriter } from './dead-letter-writer.ts'
import { judgeBatch, type JudgedBatch } from './judge-batch.ts'
import { lastRecordBefore } from './last-record.ts'
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
  /** Partitions it projects. */
  readonly partitions: number
}

export interface ProjectionRunner extends Service {
  readonly projection: Projection
  readonly progress: Progress
  /** From the drop of a view until it has caught up: what it answers then is no state the swarm was ever in. */
  readonly isRebuilding?: boolean
  pause(): Promise<void>
  resume(): Promise<void>
  /** Drops the view and projects the log again from its start; resolves when it has caught up. */
  rebuild(): Promise<void>
  /** Resolves when everything appended before the call is applied and done with; VIEW_STALE after `timeoutMs`. */
  caughtUp(timeoutMs: number): Promise<void>
  status(): Promise<RunnerStatus>
}

/** `apply` is called once, and what it throws is thrown on. */
export type AroundBatch = (
  view: string,
  batch: TopicPartition & { readonly events: readonly AdmittedRecord[] },
  apply: () => Promise<void>,
) => Promise<void>

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
  /** Called around what a view does with a batch, such as to trace it. */
  readonly around?: AroundBatch
  /** Shared by runners of one view that follow each other; its own if left out. */
  readonly progress?: Progress
}

const BATCH_RECORDS = 8192
const RETRY_MS_MIN = 50
const RETRY_MS_MAX = 5000
const REBUILD_TIMEOUT_MS = 3_600_000
/** Offsets that are not applied by then may hold no records; looking costs a read for each partition. */
const LOOK_AGAIN_MS = 200

export function createRunner(options: RunnerOptions): ProjectionRunner {
  return new Runner(options)
}

class Runner implements ProjectionRunner {
  readonly name: string
  readonly projection: Projection
  readonly progress: Progress
  isRebuilding = false
  readonly #options: RunnerOptions
  readonly #partitions: readonly TopicPartition[]
  readonly #admissions = new Map<string, AdmissionState>()
  readonly #deadLetters: DeadLetterWriter
  /** What is applied and done with; `progress` may be ahead of it by what reads show already. */
  readonly #done: Progress
  #state: RunnerState = 'idle'
  #reason: string | undefined
  /** For records: those missing may be none at all, see `lastRecordBefore`. */
  #waits = false
  #abort = new AbortController()
  #loop: Promise<void> = Promise.resolve()

  constructor(options: RunnerOptions) {
    this.#options = options
    this.projection = options.projection
    this.name = options.projection.name
    this.progress = options.progress ?? new Progress(options.clock)
    this.#done = new Progress(options.clock)
    this.#partitions = options.partitions ?? partitionsOf(options.log, options.projection.topics)
    this.#deadLetters = new DeadLetterWriter(options.log, options.logger, this.name)
  }

  async start(): Promise<void> {
    if (this.#state === 'idle') this.#run()
  }

  async stop(): Promise<void> {
    await this.#rest('idle')
  }

  async pause(): Promise<void> {
    await this.#rest('paused')
  }

  async resume(): Promise<void> {
    if (this.#state === 'paused') this.#run()
  }

  async rebuild(): Promise<void> {
    await this.#rest('paused')
    this.isRebuilding = true
    await this.projection.reset()
    this.progress.clear()
    this.#done.clear()
    this.#run()
    await this.caughtUp(REBUILD_TIMEOUT_MS).finally(() => void (this.isRebuilding = false))
  }

  async caughtUp(timeoutMs: number): Promise<void> {
    const ends = await this.#ends()
    const behind = ends
      .filter((end) => end.offset > 0n)
      .map((end) => ({ ...end, offset: end.offset - 1n }))
    const soonMs = Math.min(timeoutMs, LOOK_AGAIN_MS)
    try {
      return await this.#done.waitFor(behind, soonMs)
    } catch (error) {
      if (!isWaggleError(error, 'VIEW_STALE')) throw error
    }
    const last = await Promise.all(ends.map((end) => this.#lastMissing(end)))
    await this.#done.waitFor(
      last.filter((position) => position !== undefined),
      timeoutMs - soonMs,
    )
  }

  async status(): Promise<RunnerStatus> {
    const lags = (await this.#ends()).map(async (end) => {
      const next = this.#next(end)
      if (next >= end.offset || !this.#waits) return end.offset - next
      const last = await this.#lastMissing(end)
      return last === undefined ? 0n : last.offset + 1n - next
    })
    const lag = sum(await Promise.all(lags))
    return {
      name: this.name,
      state: this.#state,
      reason: this.#reason,
      lag,
      refused: this.#deadLetters.written,
      applied: this.#done.freshness.applied,
      partitions: this.#partitions.length,
    }
  }

  #ends(): Promise<Position[]> {
    return this.#options.log.ends(this.#partitions)
  }

  /** The last record before an end that is not applied yet. */
  #lastMissing(end: Position): Promise<Position | undefined> {
    const from = { ...end, offset: this.#next(end) }
    return lastRecordBefore(this.#options.log, from, end.offset)
  }

  #next(at: TopicPartition): bigint {
    return this.#done.nextOffset(partitionName(at))
  }

  #run(): void {
    this.#abort = new AbortController()
    this.#state = 'running'
    this.#reason = undefined
    this.#loop = this.#supervise(this.#abort.signal)
  }

  async #rest(to: 'idle' | 'paused'): Promise<void> {
    this.#abort.abort()
    await this.#loop
    this.#state = to
  }

  /** Starts again from the stored positions after every failure: nothing is skipped or kept half. */
  async #supervise(signal: AbortSignal): Promise<void> {
    let delayMs = RETRY_MS_MIN
    let lastApplied = -1n
    while (!signal.aborted) {
      try {
        await this.#project(signal)
        if (!signal.aborted) throw new WaggleError('LOG_CLOSED', 'The log was closed')
      } catch (error) {
        if (signal.aborted) return
        const applied = sum(this.#done.freshness.applied.values())
        delayMs = applied > lastApplied ? RETRY_MS_MIN : Math.min(delayMs * 2, RETRY_MS_MAX)
        lastApplied = applied
        // What cannot be read is not waited for: status says the lag and why, without looking for records.
        this.#waits = false
        this.#state = 'stalled'
        this.#reason = messageOf(error)
        const { logger, clock } = this.#options
        logger.error({ projection: this.name, err: error }, `${this.name} stalled: ${this.#reason}`)
        await clock.sleep(delayMs, signal).catch(() => {})
      }
    }
  }

  /**
   * One life of the loop: from the stored positions to the abort or the first failure. While the view
   * applies a batch the next one is read and judged, so that a view that works elsewhere is never waited
   * for longer than it takes.
   */
  async #project(signal: AbortSignal): Promise<void> {
    const from = await this.#startPositions()
    const { log, batchRecords = BATCH_RECORDS } = this.#options
    const life = new AbortController()
    const options = { signal: AbortSignal.any([signal, life.signal]), maxRecords: batchRecords }
    const batches = log.tail(from, options)[Symbol.asyncIterator]()
    let applying = Promise.resolve()
    try {
      for (;;) {
        const step = batches.next()
        this.#waits = true
        const next = await Promise.race([step, applying.then(() => step)])
        this.#waits = false
        if (next.done === true) break
        const judged = await this.#judge(next.value)
        await applying
        applying = this.#apply(next.value, judged)
        applying.catch(() => {})
      }
      await applying
    } finally {
      life.abort()
    }
  }

  async #startPositions(): Promise<Position[]> {
    const stored = await this.projection.checkpoints()
    const checkpoints = new Map(stored.map((checkpoint) => [partitionName(checkpoint), checkpoint]))
    this.progress.clear()
    this.#done.clear()
    this.#admissions.clear()
    return this.#partitions.map((at) => {
      const name = partitionName(at)
      const checkpoint = checkpoints.get(name)
      this.#admissions.set(name, checkpoint?.admission ?? emptyAdmission())
      const offset = checkpoint?.nextOffset ?? 0n
      if (offset > 0n) this.#advance(name, offset)
      return { ...at, offset }
    })
  }

  async #judge(batch: LogBatch): Promise<JudgedBatch> {
    const name = partitionName(batch)
    const judged = await judgeBatch(this.#options.codec, this.#admissions.get(name)!, batch)
    const refusals = judged.refusals.map(({ record, code, reason }) => {
      return { source: record, stage: 'admission', code, reason }
    })
    await this.#deadLetters.write(refusals)
    this.#admissions.set(name, judged.admission)
    return judged
  }

  async #apply(batch: LogBatch, judged: JudgedBatch): Promise<void> {
    const { around = justApply } = this.#options
    const { topic, partition } = batch
    await around(this.name, { topic, partition, events: judged.admitted }, () =>
      this.#applyWithoutRejected(batch, judged),
    )
    this.#advance(partitionName(batch), batch.records.at(-1)!.offset + 1n)
    this.#state = 'running'
    this.#reason = undefined
  }

  #advance(partition: string, nextOffset: bigint): void {
    this.progress.advance(partition, nextOffset)
    this.#done.advance(partition, nextOffset)
  }

  /** Applies a batch; a record the view rejects becomes a dead letter and the rest is tried again. */
  async #applyWithoutRejected(
    { topic, partition, records }: LogBatch,
    { admitted, admission }: JudgedBatch,
  ): Promise<void> {
    const firstOffset = records[0]!.offset
    const nextOffset = records.at(-1)!.offset + 1n
    const visible = (): void =>
      this.progress.advance(partitionName({ topic, partition }), nextOffset)
    let events = admitted
    for (;;) {
      try {
        return await this.projection.apply({
          topic,
          partition,
          firstOffset,
          nextOffset,
          events,
          admission,
          visible,
        })
      } catch (error) {
        if (!(error instanceof RecordRejected)) throw error
        const rejected = events.find((event) => event.record.offset === error.offset)
        if (rejected === undefined) throw error
        const { message: reason } = error
        await this.#deadLetters.write([
          { source: rejected.record, stage: this.name, code: 'RECORD_REJECTED', reason },
        ])
        events = events.filter((event) => event !== rejected)
      }
    }
  }
}

const justApply: AroundBatch = (_view, _batch, apply) => apply()

function sum(values: Iterable<bigint>): bigint {
  let total = 0n
  for (const value of values) total += value
  return total
}
