import type { Server } from 'node:http'
import { serve } from '@hono/node-server'
import type { Service } from '@waggle/base'
import type { LogRegistry } from './log-registry.ts'
import { createRegistryApp } from './rest-app.ts'

export interface RegistryServer extends Service {
  /** Where it listens, once started. */
  readonly url: string
}

/** The registry over HTTP on the loopback address; port 0 takes any free one. */
export function createRegistryServer(registry: LogRegistry, port = 0): RegistryServer {
  let server: Server | undefined
  let url = ''
  return {
    name: 'schema-registry',
    get url() {
      return url
    },
    start: () =>
      new Promise((resolve, reject) => {
        const app = createRegistryApp(registry)
        server = serve({ fetch: app.fetch, hostname: '127.0.0.1', port }, (address) => {
          url = `http://127.0.0.1:${address.port}`
          resolve()
        }) as Server
        server.once('error', reject)
      }),
    stop: () =>
      new Promise((resolve, reject) => {
        if (server === undefined) return resolve()
        server.close((error) => (error === undefined ? resolve() : reject(error)))
        server.closeAllConnections()
      }),
  }
}
