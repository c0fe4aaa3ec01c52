/**
 * Callers that wait for one thing wait together: a request repeated under its name, such as after a lost
 * connection, must not end what the first one waits for. The signal aborts once all of them have gone away.
 */
export interface SharedWaits<T> {
  wait(key: string, caller: AbortSignal, start: (left: AbortSignal) => Promise<T>): Promise<T>
}

interface Wait<T> {
  readonly result: Promise<T>
  readonly left: AbortController
  callers: number
}

export function createSharedWaits<T>(reason: () => Error): SharedWaits<T> {
  const waits = new Map<string, Wait<T>>()
  const begin = (key: string, start: (left: AbortSignal) => Promise<T>): Wait<T> => {
    const left = new AbortController()
    const result = start(left.signal).finally(() => waits.delete(key))
    const begun = { result, left, callers: 0 }
    waits.set(key, begun)
    return begun
  }
  return {
    wait: async (key, caller, start) => {
      // What is being given up is over first: its end must not be taken for that of the next.
      for (let ending = waits.get(key); ending?.left.signal.aborted; ending = waits.get(key))
        await ending.result.catch(() => {})
      if (caller.aborted) throw reason()
      const wait = waits.get(key) ?? begin(key, start)
      const leave = (): void => {
        if (--wait.callers === 0) wait.left.abort(reason())
      }
      wait.callers++
      caller.addEventListener('abort', leave, { once: true })
      try {
        return await wait.result
      } finally {
        caller.removeEventListener('abort', leave)
      }
    },
  }
}
