import { LIMITS, messageOf, WaggleError, type Clock } from '@waggle/base'
import type { AppendResult } from '../event-log.ts'
import { StagedAppends, type PlacedRecord } from './stage-appends.ts'
import type { Storage } from './storage.ts'

interface PendingAppend {
  readonly records: readonly PlacedRecord[]
  readonly resolve: (results: AppendResult[]) => void
  readonly reject: (error: unknown) => void
}

/**
 * Appends that arrive while a commit is under way go into the next one together: one fsync serves them
 * all, and each is acknowledged only after it.
 */
export class GroupCommit {
  readonly #storage: Storage
  readonly #clock: Clock
  readonly #onCommit: (commit: number) => void
  #pending: PendingAppend[] = []
  #flushing: Promise<void> | undefined

  /** @param onCommit Told the number of each commit that added records, behind whoever appended them. */
  constructor(storage: Storage, clock: Clock, onCommit: (commit: number) => void) {
    this.#storage = storage
    this.#clock = clock
    this.#onCommit = onCommit
  }

  append(records: readonly PlacedRecord[]): Promise<AppendResult[]> {
    return new Promise((resolve, reject) => {
      this.#pending.push({ records, resolve, reject })
      this.#flushing ??= this.#flush()
    })
  }

  /** Resolves when nothing is under way. */
  async drained(): Promise<void> {
    await this.#flushing
  }

  async #flush(): Promise<void> {
    while (this.#pending.length > 0) {
      // A turn later, so that whoever was just acknowledged, or waits for nothing else, shares the commit.
      await new Promise(setImmediate)
      await this.#commit(this.#takeGroup())
    }
    this.#flushing = undefined
  }

  #takeGroup(): PendingAppend[] {
    let count = 0
    let events = 0
    for (const { records } of this.#pending) {
      events += records.length
      if (count > 0 && events > LIMITS.batchEventsMax) break
      count++
    }
    return this.#pending.splice(0, count)
  }

  async #commit(group: readonly PendingAppend[]): Promise<void> {
    const settle: (() => void)[] = []
    try {
      const commit = await this.#storage.write(() => this.#write(group, settle))
      for (const step of settle) step()
      // A turn later too: what was acknowledged may lead to the next append, which goes to the disk while views read.
      if (commit !== undefined) setImmediate(this.#onCommit, commit)
    } catch (error) {
      const failure = new WaggleError('LOG_UNAVAILABLE', `The commit failed: ${messageOf(error)}`, {
        cause: error,
      })
      for (const { reject } of group) reject(failure)
    }
  }

  /** Number of the commit; undefined where there is nothing to commit. */
  #write(group: readonly PendingAppend[], settle: (() => void)[]): number | undefined {
    const staged = new StagedAppends(this.#storage)
    for (const { records, resolve, reject } of group) {
      try {
        const results = staged.stage(records)
        settle.push(() => resolve(results))
      } catch (error) {
        settle.push(() => reject(error))
      }
    }
    if (!staged.write(this.#clock)) return undefined
    const commit = this.#storage.commits() + 1
    this.#storage.putCommits(commit)
    return commit
  }
}
