import type { Clock } from '@waggle/base'
import { requestSpan } from '@waggle/telemetry'
import type { Context } from 'hono'
import { matchedRoutes } from 'hono/route'
import type { GatewayApp } from './gateway-parts.ts'
import type { TrafficCounts } from './traffic-counts.ts'

/** Every request is counted by route and status, and is a span where an SDK is registered. First of all middleware. */
export function observeRequests(
  app: GatewayApp,
  { clock, traffic }: { readonly clock: Clock; readonly traffic: TrafficCounts },
): void {
  app.use(async (c, next) => {
    const { method, path } = c.req
    const start = clock.now()
    const scheme = new URL(c.req.url).protocol.slice(0, -1)
    const request = { method, scheme, path, traceparent: c.req.header('traceparent') }
    const { route, status, seconds } = await requestSpan(request, async () => {
      await next()
      const seconds = Math.max(0, clock.now() - start) / 1e6
      return { route: routeOf(c), status: c.res.status, seconds }
    })
    traffic.answered({ method, route: route ?? 'other', status, seconds })
    if (c.res.headers.get('content-type')?.startsWith('text/event-stream') === true)
      c.res = traffic.live(c.res)
  })
}

/** Middleware, and the dashboard, which is asked last. */
const EVERYTHING = ['*', '/*', '/v1/*']

/** Undefined where nothing of its own was met. */
function routeOf(c: Context): string | undefined {
  const own = matchedRoutes(c).findLast(({ path }) => !EVERYTHING.includes(path))
  return own?.path.replace(/:(\w+)/g, '{$1}')
}
