import type { Server } from 'node:http'
import { serve } from '@hono/node-server'
import type { Service } from '@waggle/base'
import type { LogRegistry } from './log-registry.ts'
import { createRegistryApp } from './rest-app.ts'

export interface RegistryServer extends Service {
  /** Where it listens, once started. */
  readonly url: string
}

export interface RegistryServerOptions {
  /** 0 takes any free one. */
  readonly port?: number
  /** Address to listen on; the loopback address if left out. */
  readonly address?: string
  /** Host names it answers to; those of this machine's loopback if left out. */
  readonly hosts?: readonly string[]
}

/** The registry over HTTP. */
export function createRegistryServer(
  registry: LogRegistry,
  { port = 0, address = '127.0.0.1', hosts }: RegistryServerOptions = {},
): RegistryServer {
  let server: Server | undefined
  let url = ''
  return {
    name: 'schema-registry',
    get url() {
      return url
    },
    start: () =>
      new Promise((resolve, reject) => {
        const app = createRegistryApp(registry, hosts)
        server = serve({ fetch: app.fetch, hostname: address, port }, (bound) => {
          url = `http://${address}:${bound.port}`
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
