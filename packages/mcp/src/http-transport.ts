import type { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import { WebStandardStreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/webStandardStreamableHttp.js'

export interface HttpTransportOptions {
  /** Names the session; it must not be guessed. */
  readonly newSessionId: () => string
  readonly onOpened: (session: string) => void
  readonly onClosed: (session: string) => void
}

/** One session of Streamable HTTP. */
export interface HttpTransport {
  handle(request: Request): Promise<Response>
  close(): Promise<void>
}

/** Connects a server to Streamable HTTP. */
export async function createHttpTransport(
  server: McpServer,
  { newSessionId, onOpened, onClosed }: HttpTransportOptions,
): Promise<HttpTransport> {
  const transport = new WebStandardStreamableHTTPServerTransport({
    sessionIdGenerator: newSessionId,
    onsessioninitialized: onOpened,
    onsessionclosed: onClosed,
  })
  await server.connect(transport)
  return {
    handle: (request) => transport.handleRequest(request),
    close: () => server.close(),
  }
}
