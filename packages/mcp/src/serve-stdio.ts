import type { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js'
import type { Readable, Writable } from 'node:stream'

/** Serves one client over a pair of streams until they end or the signal says so. */
export async function serveStdio(
  server: McpServer,
  streams: { readonly input: Readable; readonly output: Writable },
  signal: AbortSignal,
): Promise<void> {
  const ended = new Promise<void>((resolve) => {
    for (const event of ['end', 'close'] as const) streams.input.once(event, () => resolve())
    streams.output.once('close', () => resolve())
    signal.addEventListener('abort', () => resolve(), { once: true })
  })
  await server.connect(new StdioServerTransport(streams.input, streams.output))
  await ended
  await server.close()
  streams.input.destroy()
}
