import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { messageOf, WaggleError } from '@waggle/base'
import { isReady, type Health } from './health.ts'
import type { Metrics } from './metrics.ts'

export interface HttpEndpoint {
  /** http://host:port */
  readonly url: string
  close(): Promise<void>
}

export interface HttpEndpointOptions {
  readonly host: string
  readonly port: number
  readonly health: () => Promise<Health>
  readonly metrics: Metrics
}

/**
 * GET /health  200 while the process works or waits, with its state and reasons
 * GET /ready   200 when it projects, 503 otherwise
 * GET /metrics Prometheus
 */
export async function openHttpEndpoint(options: HttpEndpointOptions): Promise<HttpEndpoint> {
  const { host, port, health, metrics } = options
  const server = createServer((request, response) => {
    const answer = async (): Promise<void> => {
      if (request.method !== 'GET') return sendJson(response, 405, { error: 'GET only' })
      const path = request.url?.split('?')[0]
      if (path === '/health') return sendJson(response, 200, await health())
      if (path === '/ready') {
        const now = await health()
        return sendJson(response, isReady(now) ? 200 : 503, now)
      }
      if (path === '/metrics')
        return send(response, 200, metrics.contentType, await metrics.scrape())
      sendJson(response, 404, { error: 'There are /health, /ready and /metrics' })
    }
    answer().catch((error: unknown) => sendJson(response, 500, { error: messageOf(error) }))
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => {
      const what = `Cannot listen on ${host}:${port}: ${messageOf(error)}`
      reject(new WaggleError('CONFIG_INVALID', what, { cause: error }))
    })
    server.listen(port, host, resolve)
  })
  const { port: taken } = server.address() as AddressInfo
  return {
    url: `http://${host}:${taken}`,
    close: async () => {
      server.closeAllConnections()
      await new Promise<void>((resolve) => void server.close(() => resolve()))
    },
  }
}

function sendJson(response: ServerResponse, status: number, body: unknown): void {
  send(response, status, 'application/json', JSON.stringify(body))
}

function send(response: ServerResponse, status: number, type: string, body: string): void {
  response.writeHead(status, { 'content-type': type, 'x-content-type-options': 'nosniff' })
  response.end(body)
}
