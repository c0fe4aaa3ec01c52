import { joinTokens } from '@waggle/api'
import { GatewayError } from '@waggle/client'

/** Reads one after another: what is asked for while one is under way is one more, that includes it all. */
export interface Loader {
  /** Until the signal ends; nothing is read before. */
  start(signal: AbortSignal): void
  /** Done when a read that includes the positions came to its end, well or not. */
  load(after: string): Promise<void>
}

export function createLoader(
  read: (after: string, signal: AbortSignal) => Promise<void>,
  onError: (error: Error) => void,
): Loader {
  let signal = AbortSignal.abort()
  let running: Promise<void> = Promise.resolve()
  let waiting: { after: string; readonly done: Promise<void> } | undefined

  const once = async (after: string, own: AbortSignal): Promise<void> => {
    while (!own.aborted) {
      try {
        return await read(after, own)
      } catch (error) {
        if (own.aborted) return
        // The gateway has waited as long as it does for a view that is behind: ask again.
        if (error instanceof GatewayError && error.code === 'VIEW_STALE') continue
        return onError(error instanceof Error ? error : new Error(String(error)))
      }
    }
  }
  return {
    start: (given) => {
      signal = given
      running = Promise.resolve()
      waiting = undefined
    },
    load: (after) => {
      if (waiting !== undefined) {
        waiting.after = joinTokens(waiting.after, after)
        return waiting.done
      }
      const own = signal
      const mine: { after: string; readonly done: Promise<void> } = {
        after,
        done: running.then(() => {
          if (waiting === mine) waiting = undefined
          return once(mine.after, own)
        }),
      }
      waiting = mine
      running = mine.done
      return mine.done
    },
  }
}
