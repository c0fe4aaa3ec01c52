import { createServer as createPlain, type IncomingMessage, type ServerResponse } from 'node:http'
import { createServer as createTls } from 'node:https'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'

/** What happens to a request instead of being passed on. */
export type Fault = 'hang' | 'cut' | { readonly status: number; readonly body: string }

export interface FaultProxy {
  readonly url: string
  /** 'GET /path' of every request so far. */
  readonly requests: string[]
  /** Asked for each request; undefined passes it on. */
  fault: (request: IncomingMessage) => Fault | undefined
  stop(): Promise<void>
}

/** Stands before a real HTTP server and makes it fail as told; over TLS where a certificate is given. */
export async function faultProxy(
  target: string,
  tls?: { readonly cert: string; readonly key: string },
): Promise<FaultProxy> {
  const requests: string[] = []
  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    requests.push(`${request.method} ${request.url}`)
    const fault = proxy.fault(request)
    if (fault === 'hang') return
    if (fault === 'cut') return void request.socket.destroy()
    const body = await text(request)
    const answer = fault ?? (await passOn(`${target}${request.url}`, request.method!, body))
    response.writeHead(answer.status, { 'content-type': 'application/json' }).end(answer.body)
  }
  const listener = (request: IncomingMessage, response: ServerResponse): void => {
    serve(request, response).catch(() => request.socket.destroy())
  }
  const server = tls === undefined ? createPlain(listener) : createTls(tls, listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const proxy: FaultProxy = {
    url: `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${port}`,
    requests,
    fault: () => undefined,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
  return proxy
}

async function passOn(
  url: string,
  method: string,
  body: string,
): Promise<{ status: number; body: string }> {
  const response = await fetch(url, { method, ...(body === '' ? {} : { body }) })
  return { status: response.status, body: await response.text() }
}
