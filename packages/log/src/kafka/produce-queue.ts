import { isWaggleError, messageOf, WaggleError, type Clock } from '@waggle/base'
import type { AppendResult } from '../event-log.ts'
import {
  partitionBatches,
  settleRound,
  takeRound,
  type PendingAppend,
  type PlacedAppend,
  type Round,
} from './produce-round.ts'
import type { PartitionBatch } from './kafka-driver.ts'

export interface ProduceQueueOptions {
  readonly clock: Clock
  /** Most bytes in one request. */
  readonly requestBytesMax: number
  readonly send: (batches: readonly PartitionBatch[]) => Promise<readonly bigint[]>
  /** How long a request is tried again before its appends fail, in milliseconds. */
  readonly deliveryTimeoutMs: number
}

const RETRY_MS_MIN = 50
const RETRY_MS_MAX = 2000

/**
 * One request under way at a time, and all appends that arrive meanwhile in the next: a request that is
 * tried again never lands behind a later one, so the sequence numbers of a session stay in order, and
 * the slower the broker the larger the batches.
 */
export class ProduceQueue {
  readonly #options: ProduceQueueOptions
  readonly #stop = new AbortController()
  #queue: PendingAppend[] = []
  #sending: Promise<void> | undefined

  constructor(options: ProduceQueueOptions) {
    this.#options = options
  }

  append(records: readonly PlacedAppend[]): Promise<AppendResult[]> {
    return new Promise((resolve, reject) => {
      this.#queue.push({ records, results: [], taken: 0, resolve, reject })
      this.#sending ??= this.#sendAll()
    })
  }

  /** Resolves when everything accepted is sent or has failed; `hurry` fails what the broker does not take at once. */
  async drain(hurry: boolean): Promise<void> {
    if (hurry) this.#stop.abort()
    await this.#sending
  }

  async #sendAll(): Promise<void> {
    // A turn later, so that appends of the same turn share a request.
    await Promise.resolve()
    while (this.#queue.length > 0) {
      const round = takeRound(this.#queue, this.#options.requestBytesMax)
      if (round.batches.length === 0) continue
      try {
        settleRound(round, await this.#deliver(round))
      } catch (error) {
        this.#fail(round, error)
      }
    }
    this.#sending = undefined
  }

  /** Sends until acknowledged. A repetition may double records in the log; (session, seq) admits them once. */
  async #deliver(round: Round): Promise<readonly bigint[]> {
    const { clock, send, deliveryTimeoutMs } = this.#options
    const batches = partitionBatches(round)
    const deadline = clock.now() + deliveryTimeoutMs * 1000
    for (let delayMs = RETRY_MS_MIN; ; delayMs = Math.min(delayMs * 2, RETRY_MS_MAX)) {
      try {
        return await send(batches)
      } catch (error) {
        const fatal = isWaggleError(error) && !error.retriable
        if (fatal || this.#stop.signal.aborted || clock.now() >= deadline) throw error
        await clock.sleep(delayMs, this.#stop.signal).catch(() => {})
      }
    }
  }

  /** An append that failed in part is dropped whole: what is left of it is not sent behind a hole. */
  #fail(round: Round, error: unknown): void {
    this.#queue = this.#queue.filter((append) => !round.appends.has(append))
    const failure = isWaggleError(error)
      ? error
      : new WaggleError('LOG_UNAVAILABLE', `Producing failed: ${messageOf(error)}`, {
          cause: error,
        })
    for (const append of round.appends) append.reject(failure)
  }
}
