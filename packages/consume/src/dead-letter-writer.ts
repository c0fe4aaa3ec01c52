import type { Logger } from '@waggle/base'
import type { EventLog } from '@waggle/log'
import { appendDeadLetters, type DeadLetter } from './dead-letter.ts'

/** Writes what a view's runner refuses; a refusal that is in the log already is not written again. */
export class DeadLetterWriter {
  readonly #log: EventLog
  readonly #logger: Logger
  readonly #view: string
  #written = 0

  constructor(log: EventLog, logger: Logger, view: string) {
    this.#log = log
    this.#logger = logger
    this.#view = view
  }

  /** Refusals since the start. */
  get written(): number {
    return this.#written
  }

  async write(letters: readonly DeadLetter[]): Promise<void> {
    for (const letter of letters) {
      const { topic, partition, offset } = letter.source
      this.#logger.warn(
        { topic, partition, offset: String(offset), code: letter.code },
        `${this.#view}: ${letter.reason}`,
      )
      await appendDeadLetters(this.#log, [letter])
      this.#written++
    }
  }
}
