import { ConflictFault } from './conflict-fault.ts'

export interface Outcome<T> {
  readonly value: T
  /** The request was answered before: nothing was written for it now. */
  readonly repeated: boolean
}

/** Answers of named requests, so that one that is repeated, such as after a lost connection, gets the first answer. */
export interface Repeats<T> {
  /** Without a name every request is a new one. */
  answer(name: readonly (string | null)[] | undefined, write: () => Promise<T>): Promise<Outcome<T>>
}

const KEPT = 10_000

/**
 * The latest ten thousand are remembered. What is forgotten, or was answered before a restart, still writes nothing
 * twice: its event has the session of the request, and the log refuses a second one (SEQ_DUPLICATE, 409).
 */
export function createRepeats<T>(): Repeats<T> {
  const answers = new Map<string, Promise<T>>()
  return {
    answer: async (name, write) => {
      if (name === undefined) return { value: await write(), repeated: false }
      const key = JSON.stringify(name)
      const known = answers.get(key)
      if (known !== undefined) return { value: await known, repeated: true }
      const answer = write()
      answers.set(key, answer)
      for (const oldest of answers.keys()) if (answers.size > KEPT) answers.delete(oldest)
      try {
        return { value: await answer, repeated: false }
      } catch (error) {
        // A conflict is an answer: the write stands in the log. What failed otherwise may be tried again.
        if (!(error instanceof ConflictFault)) answers.delete(key)
        throw error
      }
    },
  }
}
