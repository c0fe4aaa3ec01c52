import { createHttpTransport, createMcpServer } from '@waggle/mcp'
import { WaggleError } from '@waggle/base'
import { createWaggleClient } from '@waggle/client'
import type { Context } from 'hono'
import { GatewayFault } from '../gateway-fault.ts'
import type { GatewayApp, GatewayEnv, GatewayParts } from '../gateway-parts.ts'
import type { Principal } from '../principal.ts'
import { createMcpSessions, type McpSessions } from './mcp-sessions.ts'

/**
 * The Model Context Protocol over Streamable HTTP at /mcp?swarm=NAME&agent=NAME&run=NAME. A session belongs to the
 * token that opened it; its tools ask this very gateway with that token, so it may do what the token may.
 */
export function mountMcp(
  app: GatewayApp,
  { clock, random, version, doorkeeper }: GatewayParts,
): McpSessions {
  const sessions = createMcpSessions(clock)
  const open = async (c: Context<GatewayEnv>): Promise<Response> => {
    const principal = c.get('principal')
    const authorization = c.req.header('authorization')!
    const server = createMcpServer({
      client: createWaggleClient({
        url: new URL(c.req.url).origin,
        token: authorization.slice('Bearer '.length),
        fetch: async (input, init) => app.request(input as string, init),
      }),
      ...speakerOf((name) => c.req.query(name), principal),
      version,
    })
    const stayAllowed = (): void => void doorkeeper.recognize(authorization)
    let isOpen = false
    const transport = await createHttpTransport(server, {
      newSessionId: () => random.sessionId(),
      onOpened: (id) => {
        isOpen = true
        sessions.add(id, { transport, owner: principal.name, stayAllowed })
      },
      onClosed: sessions.remove,
    })
    const response = await transport.handle(c.req.raw)
    if (!isOpen) await transport.close()
    return response
  }

  app.use('/mcp', async (c, next) => {
    c.set('principal', doorkeeper.admit(c.req.header('authorization')))
    await next()
  })
  app.all('/mcp', async (c) => {
    const id = c.req.header('mcp-session-id')
    if (id === undefined) return open(c)
    const answer = sessions.handle(id, c.get('principal').name, c.req.raw)
    if (answer !== undefined) return answer
    throw new WaggleError('NOT_FOUND', 'There is no such session; initialize another')
  })
  return sessions
}

/** As whom the session speaks; a token for one swarm and one agent need not name them. */
function speakerOf(
  param: (name: string) => string | undefined,
  { name, swarms, agents }: Principal,
) {
  const oneOf = (what: string, allowed: readonly string[]): string => {
    const [only] = allowed
    const found = param(what) ?? (allowed.length === 1 && only !== '*' ? only : undefined)
    if (found === undefined || found === '') {
      const text = `The token ${name} has no single ${what}: say which, as in /mcp?${what}=NAME`
      throw new GatewayFault('REQUEST_INVALID', text, { field: what })
    }
    return found
  }
  return {
    swarm: oneOf('swarm', swarms),
    agent: oneOf('agent', agents),
    run: param('run'),
    namespace: param('namespace'),
  }
}
