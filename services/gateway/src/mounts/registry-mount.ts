import { createLogRegistry, createRegistryApp, LOOPBACK_HOSTS } from '@waggle/registry'
import { bearerOf } from '../doorkeeper.ts'
import type { GatewayApp, GatewayParts } from '../gateway-parts.ts'
import { authorize } from '../principal.ts'

const PATH = '/registry'
/** A POST that only looks: whether a schema is there, and whether it would be taken. */
const LOOKS = /^\/(subjects\/[^/]+|compatibility\/.*)$/

/**
 * The schema registry under Confluent's interface, for producers, under any user name, with the token as its password.
 * Looking takes the verb read, changing operate. Pages in browsers are refused; they have /v1/schemas.
 */
export function mountRegistry(app: GatewayApp, parts: GatewayParts): void {
  const { bus, hosts = LOOPBACK_HOSTS, doorkeeper } = parts
  const builtIn = (): ((request: Request) => Promise<Response>) => {
    const registry = createRegistryApp(createLogRegistry({ log: bus.log }), hosts)
    return async (request) => registry.fetch(request)
  }
  const ask = parts.registry ?? builtIn()
  app.all(`${PATH}/*`, async (c) => {
    const principal = doorkeeper.admit(bearerOf(c.req.header('authorization')))
    const url = new URL(c.req.url)
    url.pathname = url.pathname.slice(PATH.length)
    const { method } = c.req
    const looks = method === 'GET' || (method === 'POST' && LOOKS.test(url.pathname))
    authorize(principal, { verb: looks ? 'read' : 'operate' })
    const headers = new Headers(c.req.raw.headers)
    headers.delete('authorization')
    const body = method === 'GET' || method === 'HEAD' ? null : await c.req.arrayBuffer()
    return ask(new Request(url, { method, headers, body }))
  })
}
