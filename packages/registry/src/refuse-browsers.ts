import type { MiddlewareHandler } from 'hono'
import { RestError } from './rest-reply.ts'

/**
 * The registry has no log-in and no pages. So a request that carries an Origin, or that a browser says comes
 * from another site, is some page reaching for the reader's own machine; and one under a foreign host name
 * is such a page that had its name resolved anew to us (DNS rebinding).
 */
export function refuseBrowsers(hosts: readonly string[]): MiddlewareHandler {
  const known = new Set(hosts)
  return async (c, next) => {
    const site = c.req.header('sec-fetch-site') ?? 'none'
    const fromPage = c.req.header('origin') !== undefined || !['none', 'same-origin'].includes(site)
    if (fromPage) throw new RestError(403, 40301, 'Requests of web pages are not served')
    const { hostname } = new URL(c.req.url)
    if (!known.has(hostname))
      throw new RestError(403, 40302, `Not served under the host name ${hostname}`)
    await next()
  }
}
