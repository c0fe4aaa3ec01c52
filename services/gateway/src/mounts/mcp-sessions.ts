import type { Clock } from '@waggle/base'
import { handedOn } from '../handed-on.ts'

/** A client that has been silent for so long begins again, as it does after a restart. */
const IDLE_MICROS = 3_600_000_000
const LOOK_MS = 60_000
const SESSIONS_MAX = 1000
/** Of one token, so that none can end the sessions of the others. */
const OWN_SESSIONS_MAX = 100

export interface McpSession {
  readonly transport: { handle(request: Request): Promise<Response>; close(): Promise<void> }
  /** Name of the token that opened it. */
  readonly owner: string
  /** Throws once the token is good no more. */
  readonly stayAllowed: () => void
}

/** Sessions of the Model Context Protocol, bounded in number and in how long they may be silent. */
export interface McpSessions {
  /** Ends the one of this token, or of all, that was silent longest where there are too many. */
  add(id: string, session: McpSession): void
  /** A request in a session; undefined where this token has none of that name. */
  handle(id: string, owner: string, request: Request): Promise<Response> | undefined
  /** Forgets what has ended by itself. */
  remove(id: string): void
  /** Ends all of them, and every one that is added from then on. */
  close(): Promise<void>
}

interface Kept extends McpSession {
  /** Answers that are still being read, such as the stream on which the client listens. */
  reading: number
  used: number
}

export function createMcpSessions(clock: Clock): McpSessions {
  // Used ones move to the end, so the first is the one that was silent longest.
  const sessions = new Map<string, Kept>()
  const closed = new AbortController()
  let looking = false

  const end = async (id: string): Promise<void> => {
    const session = sessions.get(id)
    sessions.delete(id)
    // One that fails to close must not take the gateway with it.
    await session?.transport.close().catch(() => {})
  }
  const makeRoom = (owner: string): void => {
    const own = [...sessions].filter(([, session]) => session.owner === owner)
    const [oldest] = own.length >= OWN_SESSIONS_MAX ? own : sessions
    if (own.length >= OWN_SESSIONS_MAX || sessions.size >= SESSIONS_MAX) void end(oldest![0])
  }
  const endIdle = (): void => {
    const now = clock.now()
    for (const [id, session] of sessions) {
      const isIdle = session.reading === 0 && now - session.used > IDLE_MICROS
      if (isIdle || !isAllowed(session)) void end(id)
    }
  }
  const look = async (): Promise<void> => {
    looking = true
    while (sessions.size > 0 && !closed.signal.aborted) {
      await clock.sleep(LOOK_MS, closed.signal, true).catch(() => {})
      endIdle()
    }
    looking = false
  }

  return {
    add: (id, session) => {
      if (closed.signal.aborted) return void session.transport.close()
      makeRoom(session.owner)
      sessions.set(id, { ...session, reading: 0, used: clock.now() })
      if (!looking) void look()
    },
    handle: (id, owner, request) => {
      const session = sessions.get(id)
      if (session?.owner !== owner) return undefined
      session.used = clock.now()
      sessions.delete(id)
      sessions.set(id, session)
      return session.transport.handle(request).then((response) => reading(session, response, clock))
    },
    remove: (id) => void sessions.delete(id),
    close: async () => {
      closed.abort()
      await Promise.all([...sessions.keys()].map(end))
    },
  }
}

function isAllowed({ stayAllowed }: McpSession): boolean {
  try {
    stayAllowed()
    return true
  } catch {
    return false
  }
}

/** The answer; its session is not silent while it is read. */
function reading(session: Kept, response: Response, clock: Clock): Response {
  if (response.body === null) return response
  session.reading++
  const onEnd = (): void => {
    session.reading--
    session.used = clock.now()
  }
  return new Response(handedOn(response.body, onEnd), response)
}
