import { createHttpTransport, createMcpServer, type HttpTransport } from '@waggle/mcp'
import { WaggleError } from '@waggle/base'
import { createWaggleClient } from '@waggle/client'
import type { Context } from 'hono'
import { GatewayFault } from '../gateway-fault.ts'
import type { GatewayApp, GatewayEnv, GatewayParts } from '../gateway-parts.ts'
import type { Principal } from '../principal.ts'

/** A client that has been silent for so long begins again, as it does after a restart. */
const IDLE_MICROS = 3_600_000_000
const SESSIONS_MAX = 1000

interface McpSession {
  readonly transport: HttpTransport
  readonly owner: string
  used: number
}

/**
 * The Model Context Protocol over Streamable HTTP at /mcp?swarm=NAME&agent=NAME&run=NAME. A session belongs to the
 * token that opened it; its tools ask this very gateway with that token, so it may do what the token may.
 */
export function mountMcp(
  app: GatewayApp,
  { clock, random, version, doorkeeper }: GatewayParts,
): void {
  const sessions = new Map<string, McpSession>()
  const close = (id: string): void => {
    const session = sessions.get(id)
    sessions.delete(id)
    void session?.transport.close()
  }
  const closeIdle = (now: number): void => {
    // Used ones move to the end, so the first is the one that was silent longest.
    for (const [id, { used }] of sessions)
      if (now - used > IDLE_MICROS || sessions.size >= SESSIONS_MAX) close(id)
  }

  const open = async (c: Context<GatewayEnv>, owner: string): Promise<Response> => {
    const now = clock.now()
    closeIdle(now)
    const principal = c.get('principal')
    const server = createMcpServer({
      client: createWaggleClient({
        url: new URL(c.req.url).origin,
        token: c.req.header('authorization')!.slice('Bearer '.length),
        fetch: async (input, init) => app.request(input as string, init),
      }),
      ...speakerOf((name) => c.req.query(name), principal),
      version,
    })
    let isOpen = false
    const transport = await createHttpTransport(server, {
      newSessionId: () => random.sessionId(),
      onOpened: (id) => {
        isOpen = true
        sessions.set(id, { transport, owner, used: now })
      },
      onClosed: (id) => void sessions.delete(id),
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
    const { name: owner } = c.get('principal')
    const id = c.req.header('mcp-session-id')
    if (id === undefined) return open(c, owner)
    const session = sessions.get(id)
    if (session === undefined || session.owner !== owner)
      throw new WaggleError('NOT_FOUND', 'There is no such session; initialize another')
    sessions.delete(id)
    session.used = clock.now()
    sessions.set(id, session)
    return session.transport.handle(c.req.raw)
  })
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
