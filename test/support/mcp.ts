import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js'
import type { CallToolResult } from '@modelcontextprotocol/sdk/types.js'
import { createGatewayServer } from '@waggle-services/gateway'
import { openGateway, TOKEN, type GatewaySetup, type OpenGateway } from './gateway.ts'

export interface OpenMcp {
  readonly gateway: OpenGateway
  /** Address of /mcp, without a query. */
  readonly url: string
  /** A client over HTTP; `query` such as `swarm=desk&agent=ada`. */
  connect(query: string, token?: string): Promise<Client>
  stop(): Promise<void>
}

/** A gateway over real HTTP, with clients of the protocol's SDK. */
export async function openMcp(setup: GatewaySetup = {}): Promise<OpenMcp> {
  const gateway = await openGateway(setup)
  const server = createGatewayServer(gateway.app, { port: 0 })
  await server.start()
  const url = `${server.url}/mcp`
  const clients: Client[] = []
  return {
    gateway,
    url,
    connect: async (query, token = TOKEN) => {
      const headers = { authorization: `Bearer ${token}` }
      const transport = new StreamableHTTPClientTransport(new URL(`${url}?${query}`), {
        requestInit: { headers },
      })
      const client = await connected(transport as Transport)
      clients.push(client)
      return client
    },
    stop: async () => {
      for (const client of clients) await client.close()
      await server.stop()
      await gateway.stop()
    },
  }
}

export async function connected(transport: Transport): Promise<Client> {
  const client = new Client({ name: 'tests', version: '1' })
  await client.connect(transport)
  return client
}

export async function callTool(
  client: Client,
  name: string,
  input: Record<string, unknown>,
): Promise<CallToolResult> {
  return (await client.callTool({ name, arguments: input })) as CallToolResult
}

/** The structured answer; a tool error is thrown with its words. */
export async function ask<T = Record<string, unknown>>(
  client: Client,
  name: string,
  input: Record<string, unknown>,
): Promise<T> {
  const { isError, content, structuredContent } = await callTool(client, name, input)
  if (isError === true) throw new Error(JSON.stringify(content))
  return structuredContent as T
}
