import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'

/** Passes everything on to one path with a token, for clients that cannot be told one. */
export async function openTokenProxy(
  target: string,
  token: string,
): Promise<{ readonly url: string; stop(): Promise<void> }> {
  const { hostname, port, pathname, search } = new URL(target)
  const server = createServer((incoming, outgoing) => {
    const { host = '', origin } = incoming.headers
    // The gateway's own address stands for the proxy's, and a foreign host stays foreign.
    const own = `127.0.0.1:${(server.address() as AddressInfo).port}`
    const there = (name: string): string => name.replace(own, `${hostname}:${port}`)
    const headers = {
      ...incoming.headers,
      host: there(host),
      authorization: `Bearer ${token}`,
      ...(origin === undefined ? {} : { origin: there(origin) }),
    }
    const path = pathname + search
    const passed = request({ hostname, port, path, method: incoming.method, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode!, answer.headers)
      answer.pipe(outgoing)
    })
    passed.on('error', () => outgoing.destroy())
    outgoing.on('close', () => passed.destroy())
    incoming.pipe(passed)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
