import { isWaggleError, type Clock, type Logger, type Micros } from '@waggle/base'
import { reasonOf, unavailableError } from '../log-errors.ts'
import type { KafkaDriver } from './kafka-driver.ts'

export interface LogStatus {
  readonly state: 'up' | 'down'
  /** Why it is down. */
  readonly reason: string | undefined
  readonly since: Micros
  /** Clients thrown away and made anew since the start. */
  readonly rebuilds: number
}

export interface SupervisorOptions {
  readonly open: () => KafkaDriver
  readonly clock: Clock
  readonly logger: Logger
  /** Longest any call may take: a client that hangs is a broken one. In milliseconds. */
  readonly callTimeoutMs: number
}

/**
 * Owns the client. One that failed or hung is closed and the next call makes another: client libraries
 * recover from most failures, but not from all, and a fresh one always starts from a known state.
 */
export class DriverSupervisor {
  readonly #options: SupervisorOptions
  #driver: KafkaDriver | undefined
  #reason: string | undefined
  #since: Micros
  #rebuilds = 0

  constructor(options: SupervisorOptions) {
    this.#options = options
    this.#since = options.clock.now()
  }

  get status(): LogStatus {
    const down = this.#reason !== undefined
    return {
      state: down ? 'down' : 'up',
      reason: this.#reason,
      since: this.#since,
      rebuilds: this.#rebuilds,
    }
  }

  get driver(): KafkaDriver {
    this.#driver ??= this.#options.open()
    return this.#driver
  }

  /** LOG_UNAVAILABLE for every failure that is not an error of ours already. */
  async run<T>(what: string, call: (driver: KafkaDriver) => Promise<T>, extraMs = 0): Promise<T> {
    const { driver } = this
    try {
      const result = await this.#inTime(call(driver), extraMs)
      if (this.#reason !== undefined) this.#change(undefined)
      return result
    } catch (error) {
      if (isWaggleError(error)) throw error
      this.#discard(driver, error)
      throw unavailableError(what, error)
    }
  }

  async close(): Promise<void> {
    const driver = this.#driver
    this.#driver = undefined
    if (driver !== undefined) await this.#inTime(driver.close(), 0).catch(() => {})
  }

  async #inTime<T>(work: Promise<T>, extraMs: number): Promise<T> {
    const { clock, callTimeoutMs } = this.#options
    const done = new AbortController()
    const limitMs = callTimeoutMs + extraMs
    const timeout = clock.sleep(limitMs, done.signal).then(
      () => Promise.reject(new Error(`no answer within ${limitMs} ms`)),
      () => new Promise<never>(() => {}),
    )
    try {
      return await Promise.race([work, timeout])
    } finally {
      done.abort()
    }
  }

  #discard(driver: KafkaDriver, error: unknown): void {
    const reason = reasonOf(error)
    this.#change(reason)
    if (this.#driver !== driver) return
    this.#driver = undefined
    this.#rebuilds++
    const { logger } = this.#options
    logger.warn({ rebuilds: this.#rebuilds }, `Kafka client is made anew: ${reason}`)
    driver.close().catch(() => {})
  }

  #change(reason: string | undefined): void {
    if ((reason === undefined) !== (this.#reason === undefined)) {
      this.#since = this.#options.clock.now()
    }
    this.#reason = reason
  }
}
