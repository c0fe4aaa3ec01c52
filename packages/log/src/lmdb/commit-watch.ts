import type { AppendSignal } from '../append-signal.ts'
import type { Storage } from './storage.ts'

const POLL_MS = 5

/**
 * Sees the appends of other processes: while someone waits at the end of the log, the commit counter is
 * looked at every few milliseconds (a read of mapped memory). Appends of this process wake at once.
 */
export class CommitWatch {
  readonly #storage: Storage
  readonly #appended: AppendSignal
  #timer: NodeJS.Timeout | undefined
  #waiting = 0
  #seen = -1

  constructor(storage: Storage, appended: AppendSignal) {
    this.#storage = storage
    this.#appended = appended
  }

  async nextAppend(signal: AbortSignal): Promise<void> {
    this.#waiting++
    this.#timer ??= setInterval(() => this.#look(), POLL_MS)
    try {
      await this.#appended.wait(signal)
    } finally {
      if (--this.#waiting === 0) this.stop()
    }
  }

  stop(): void {
    clearInterval(this.#timer)
    this.#timer = undefined
  }

  #look(): void {
    this.#storage.refresh()
    const commits = this.#storage.commits()
    if (commits === this.#seen) return
    this.#seen = commits
    this.#appended.notify()
  }
}
