import type { RequestCount, Traffic } from '@waggle/service'
import { DURATION_BUCKETS } from '@waggle/telemetry'
import { handedOn } from './handed-on.ts'

/** What was asked of a gateway since it started. */
export interface TrafficCounts {
  answered(request: Omit<RequestCount, 'count' | 'buckets'>): void
  /** The answer, counted as a reader until it has been read or given up. */
  live(response: Response): Response
  read(): Traffic
}

const NONE = { count: 0, seconds: 0, buckets: DURATION_BUCKETS.map(() => 0) }

export function createTrafficCounts(): TrafficCounts {
  const counts = new Map<string, RequestCount>()
  let liveReaders = 0
  return {
    answered: ({ method, route, status, seconds }) => {
      const key = `${method} ${status} ${route}`
      const { count, seconds: sum, buckets } = counts.get(key) ?? NONE
      const at = DURATION_BUCKETS.findIndex((most) => seconds <= most)
      counts.set(key, {
        method,
        route,
        status,
        count: count + 1,
        seconds: sum + seconds,
        buckets: buckets.map((so, index) => (index === at ? so + 1 : so)),
      })
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
