import { AppendSignal } from '../append-signal.ts'
import type { SeenEnds } from './seen-ends.ts'
import type { Storage } from './storage.ts'

const POLL_MS = 5

/**
 * Tells whoever waits at the end of the log of appends. Those of this process wake at once. To see those of other
 * processes, the commit counter is looked at every few milliseconds while someone waits (a read of mapped memory).
 */
export class CommitWatch {
  readonly #storage: Storage
  readonly #ends: SeenEnds
  readonly #appended = new AppendSignal()
  #timer: NodeJS.Timeout | undefined
  #waiting = 0
  #seen = -1

  constructor(storage: Storage, ends: SeenEnds) {
    this.#storage = storage
    this.#ends = ends
  }

  async nextAppend(signal: AbortSignal): Promise<void> {
    this.#waiting++
    this.#timer ??= setInterval(() => this.#look(), POLL_MS)
    try {
      await this.#appended.wait(signal)
    } finally {
      if (--this.#waiting === 0) this.#rest()
    }
  }

  /** This process has made the commit of this number: with it, all before it are there. */
  committed(commit: number): void {
    this.#seen = commit
    this.changed()
  }

  /** The log is not what it was. */
  changed(): void {
    this.#ends.forget()
    this.#appended.notify()
  }

  /** Nobody is to wait any more. */
  stop(): void {
    this.#rest()
    this.changed()
  }

  #rest(): void {
    clearInterval(this.#timer)
    this.#timer = undefined
  }

  #look(): void {
    this.#storage.refresh()
    const commits = this.#storage.commits()
    if (commits === this.#seen) return
    this.#seen = commits
    this.changed()
  }
}
