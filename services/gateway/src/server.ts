import type { Server } from 'node:http'
import { serve } from '@hono/node-server'
import { messageOf, WaggleError, type Service } from '@waggle/base'
import type { ClosableGatewayApp } from './gateway-parts.ts'

export interface GatewayServer extends Service {
  /** Where it listens, once started. */
  readonly url: string
}

/** The gateway over HTTP; on the loopback address unless told otherwise. */
export function createGatewayServer(
  app: ClosableGatewayApp,
  { port, host = '127.0.0.1' }: { readonly port: number; readonly host?: string },
): GatewayServer {
  let server: Server | undefined
  let url = ''
  return {
    name: 'gateway',
    get url() {
      return url
    },
    start: () =>
      new Promise((resolve, reject) => {
        server = serve({ fetch: app.fetch, hostname: host, port }, (bound) => {
          url = `http://${host}:${bound.port}`
          resolve()
        }) as Server
        server.once('error', (error) => {
          const what = `Cannot listen on ${host}:${port}: ${messageOf(error)}`
          reject(new WaggleError('CONFIG_INVALID', what, { cause: error }))
        })
      }),
    stop: async () => {
      const listening = server
      const closed = new Promise<void>((resolve) => {
        if (listening === undefined) return resolve()
        listening.close(() => resolve())
      })
      // No connection is new from here on, so that no session is left.
      await app.close()
      listening?.closeAllConnections()
      await closed
    },
  }
}
