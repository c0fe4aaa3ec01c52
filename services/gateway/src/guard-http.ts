import { HEADERS } from '@waggle/api'
import { cors } from 'hono/cors'
import { GatewayFault } from './gateway-fault.ts'
import type { GatewayApp, GatewayParts } from './gateway-parts.ts'

const LOOPBACK: readonly string[] = ['127.0.0.1', 'localhost', '[::1]']

/** Pages elsewhere send a token by themselves: no cookie is ever used. */
const CORS = {
  allowMethods: ['GET', 'POST', 'DELETE'],
  allowHeaders: [
    'authorization',
    'content-type',
    'last-event-id',
    'mcp-session-id',
    'mcp-protocol-version',
  ],
  exposeHeaders: [...Object.values(HEADERS), 'retry-after', 'mcp-session-id'],
  maxAge: 600,
}

/**
 * Who may ask at all: known host names (against DNS rebinding), known origins, a token for everything under /v1,
 * and no more often than it may.
 */
export function guardHttp(
  app: GatewayApp,
  { doorkeeper, hosts = LOOPBACK, origins = [] }: GatewayParts,
): void {
  app.use(async (c, next) => {
    const url = new URL(c.req.url)
    if (!hosts.includes(url.hostname))
      throw new GatewayFault('ORIGIN_DENIED', `Not served under the host name ${url.hostname}`)
    const origin = c.req.header('origin')
    if (origin !== undefined && origin !== url.origin && !origins.includes(origin))
      throw new GatewayFault('ORIGIN_DENIED', `Pages of ${origin} are not served`)
    await next()
  })
  if (origins.length > 0) app.use(cors({ ...CORS, origin: [...origins] }))
  app.use('/v1/*', async (c, next) => {
    c.set('principal', doorkeeper.admit(c.req.header('authorization')))
    await next()
  })
}
