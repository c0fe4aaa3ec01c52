import type { RequestCount, Traffic } from '@waggle/service'

/** What was asked of a gateway since it started. */
export interface TrafficCounts {
  answered(request: Omit<RequestCount, 'count'>): void
  /** The answer, counted as a reader until it has been read or given up. */
  live(response: Response): Response
  read(): Traffic
}

export function createTrafficCounts(): TrafficCounts {
  const counts = new Map<string, RequestCount>()
  let liveReaders = 0
  return {
    answered: ({ method, route, status, seconds }) => {
      const key = `${method} ${status} ${route}`
      const before = counts.get(key) ?? { count: 0, seconds: 0 }
      const sums = { count: before.count + 1, seconds: before.seconds + seconds }
      counts.set(key, { method, route, status, ...sums })
    },
    live: (response) => {
      if (response.body === null) return response
      liveReaders++
      return new Response(
        handedOn(response.body, () => void liveReaders--),
        response,
      )
    },
    read: () => ({ requests: [...counts.values()], liveReaders }),
  }
}

/** The same bytes, read no sooner than they are asked for. */
function handedOn(body: ReadableStream<Uint8Array>, onEnd: () => void): ReadableStream<Uint8Array> {
  const reader = body.getReader()
  let open = true
  const end = (): void => {
    if (open) onEnd()
    open = false
  }
  return new ReadableStream(
    {
      pull: async (controller) => {
        try {
          const { done, value } = await reader.read()
          if (!done) return controller.enqueue(value)
          end()
          controller.close()
        } catch (error) {
          end()
          controller.error(error)
        }
      },
      cancel: async (reason) => {
        end()
        await reader.cancel(reason)
      },
    },
    { highWaterMark: 0 },
  )
}
