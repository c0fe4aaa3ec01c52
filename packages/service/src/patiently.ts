import { isWaggleError, messageOf, type Clock, type Logger } from '@waggle/base'

export interface Patience {
  readonly clock: Clock
  readonly logger: Logger
  /** Called with what is waited for, and with undefined when it is there. */
  readonly onWaiting: (reason: string | undefined) => void
  readonly signal: AbortSignal
}

const RETRY_MS_MIN = 200
const RETRY_MS_MAX = 5000

/** Tries until it succeeds or the signal aborts; errors that waiting cannot mend are thrown at once. */
export async function patiently<T>(patience: Patience, task: () => Promise<T>): Promise<T> {
  const { clock, logger, onWaiting, signal } = patience
  for (let delayMs = RETRY_MS_MIN; ; delayMs = Math.min(delayMs * 2, RETRY_MS_MAX)) {
    try {
      const result = await task()
      onWaiting(undefined)
      return result
    } catch (error) {
      if (!isWaggleError(error) || !error.retriable || signal.aborted) throw error
      onWaiting(messageOf(error))
      logger.warn({ err: error }, `Waiting: ${messageOf(error)}`)
      await clock.sleep(delayMs, signal).catch(() => {})
    }
  }
}
