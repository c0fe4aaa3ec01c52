import { GatewayFault } from './gateway-fault.ts'
import type { GatewayApp, GatewayParts } from './gateway-parts.ts'
import { authenticate } from './principal.ts'
import { takeRequest, type Bucket } from './rate-limit.ts'

const LOOPBACK: readonly string[] = ['127.0.0.1', 'localhost', '[::1]']

/**
 * Who may ask at all: known host names (against DNS rebinding), known origins, a token for everything under /v1,
 * and no more often than it may.
 */
export function guardHttp(
  app: GatewayApp,
  { grants, clock, hosts = LOOPBACK, origins = [] }: GatewayParts,
): void {
  const buckets = new Map<string, Bucket>()
  app.use(async (c, next) => {
    const url = new URL(c.req.url)
    if (!hosts.includes(url.hostname))
      throw new GatewayFault('ORIGIN_DENIED', `Not served under the host name ${url.hostname}`)
    const origin = c.req.header('origin')
    if (origin !== undefined && origin !== url.origin && !origins.includes(origin))
      throw new GatewayFault('ORIGIN_DENIED', `Pages of ${origin} are not served`)
    await next()
  })
  app.use('/v1/*', async (c, next) => {
    const principal = authenticate(grants, c.req.header('authorization'))
    const taken = takeRequest(buckets.get(principal.name), principal.rate, clock.now())
    buckets.set(principal.name, taken.bucket)
    const { retryAfter } = taken
    if (retryAfter !== undefined) {
      const what = `The token ${principal.name} may ask ${principal.rate} times a second`
      throw new GatewayFault('RATE_LIMITED', what, { retryAfter })
    }
    c.set('principal', principal)
    await next()
  })
}
