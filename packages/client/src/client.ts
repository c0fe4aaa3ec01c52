import {
  fillPath,
  paramNames,
  ROUTES,
  type Answered,
  type Asked,
  type Route,
  type RouteName,
} from '@waggle/api'
import { problemOf, unreachable } from './gateway-error.ts'
import { followLive, type LiveMessage, type LiveQuery } from './live.ts'
import { withQuery } from './with-query.ts'

export interface ClientOptions {
  /** Such as http://127.0.0.1:4600 */
  readonly url: string
  readonly token?: string | undefined
  /** The environment's own if left out. */
  readonly fetch?: typeof fetch
}

export interface WaggleClient {
  readonly url: string
  /** One operation of `ROUTES`; throws a GatewayError with the problem for every answer that is not 2xx. */
  call<Name extends RouteName>(
    name: Name,
    asked: Asked<(typeof ROUTES)[Name]>,
    signal?: AbortSignal,
  ): Promise<Answered<(typeof ROUTES)[Name]>>
  /** The live tail of a swarm; goes on by itself behind what it gave after a lost connection. */
  live(swarm: string, query: LiveQuery, signal: AbortSignal): AsyncGenerator<LiveMessage>
}

/** A client of the gateway with a function for each of its routes. */
export function createWaggleClient({ url, token, fetch: own }: ClientOptions): WaggleClient {
  const base = url.replace(/\/$/, '')
  const doFetch = own ?? fetch
  const headers: Record<string, string> =
    token === undefined ? {} : { authorization: `Bearer ${token}` }
  const send = async (path: string, init: RequestInit): Promise<Response> => {
    const response = await doFetch(base + path, init).catch((error: unknown) => {
      if (init.signal?.aborted === true) throw error
      throw unreachable(base, error)
    })
    if (!response.ok) throw await problemOf(response)
    return response
  }
  return {
    url: base,
    call: async (name, asked, signal) => {
      const route: Route = ROUTES[name]
      const values = asked as Readonly<Record<string, unknown>>
      const response = await send(pathOf(route, values), {
        method: route.method.toUpperCase(),
        headers: {
          ...headers,
          ...(values['body'] === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(values['body'] === undefined ? {} : { body: JSON.stringify(values['body']) }),
        ...(signal === undefined ? {} : { signal }),
      })
      return (await response.json()) as Answered<(typeof ROUTES)[typeof name]>
    },
    live: (swarm, query, signal) =>
      followLive(
        (path, init) => send(path, { ...init, headers: { ...headers, ...init.headers } }),
        {
          swarm,
          query,
          signal,
        },
      ),
  }
}

/** Path and query; whatever is no parameter of the path and no body is a query parameter. */
function pathOf({ path }: Route, values: Readonly<Record<string, unknown>>): string {
  const inPath = new Set([...paramNames(path), 'body'])
  const query = Object.entries(values).filter(([name]) => !inPath.has(name))
  return withQuery(fillPath(path, values), Object.fromEntries(query))
}
