import type { RequestCount, Traffic } from '@waggle/service'
import { handedOn } from './handed-on.ts'

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
