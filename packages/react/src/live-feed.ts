import type { LiveMessage, WaggleClient } from '@waggle/client'

export interface Scope {
  readonly swarm: string
  /** Undefined is live. */
  readonly run: string | undefined
}

export interface FeedListener {
  onMessage(message: LiveMessage): void
  /** The feed ended for good. */
  onError(error: Error): void
}

/** The live tail of a swarm for everyone on a page: open while somebody listens. */
export interface LiveFeed {
  /** Returns how to stop listening. */
  listen(listener: FeedListener): () => void
}

const feeds = new WeakMap<WaggleClient, Map<string, LiveFeed>>()

/** One feed for each client, swarm and run, however many components ask. */
export function feedOf(client: WaggleClient, { swarm, run }: Scope): LiveFeed {
  const key = JSON.stringify([swarm, run])
  const ofClient = feeds.get(client) ?? new Map<string, LiveFeed>()
  feeds.set(client, ofClient)
  const feed = ofClient.get(key) ?? createFeed(client, { swarm, run })
  ofClient.set(key, feed)
  return feed
}

function createFeed(client: WaggleClient, { swarm, run }: Scope): LiveFeed {
  const listeners = new Set<FeedListener>()
  let stop: AbortController | undefined
  /** Who comes later has to know that it has begun. */
  let begun: LiveMessage | undefined

  const follow = async (signal: AbortSignal): Promise<void> => {
    for await (const message of client.live(swarm, { run }, signal)) {
      begun = message.type === 'events' ? { ...message, events: [] } : begun
      for (const listener of listeners) listener.onMessage(message)
    }
  }
  const start = (): void => {
    const own = new AbortController()
    stop = own
    follow(own.signal).catch((error: unknown) => {
      if (own.signal.aborted) return
      stop = undefined
      begun = undefined
      const told = error instanceof Error ? error : new Error(String(error))
      for (const listener of listeners) listener.onError(told)
    })
  }
  return {
    listen: (listener) => {
      listeners.add(listener)
      if (stop === undefined) start()
      else if (begun !== undefined) listener.onMessage(begun)
      return () => {
        listeners.delete(listener)
        // StrictMode leaves and comes back at once: the stream goes on.
        queueMicrotask(() => {
          if (listeners.size > 0) return
          stop?.abort()
          stop = undefined
          begun = undefined
        })
      }
    },
  }
}
