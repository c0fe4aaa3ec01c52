import { createAgent, type Agent } from '@waggle/agent'
import type { Random } from '@waggle/base'
import type { Emitter } from '@waggle/emit'
import { derivedId } from '@waggle/event'
import type { GatewayBus } from './gateway-bus.ts'

export interface Speaker {
  readonly swarm: string
  readonly agent: string
  readonly run: string | null
}

/** Those who speak through this gateway: one agent of the SDK, in one session, for each of them. */
export interface Sessions {
  of(speaker: Speaker): Emitter
  /** With the name of a request, in a session that is the same one whenever the request is repeated. */
  agent(speaker: Speaker, request?: string): Agent
  /** A session the caller numbers itself, so that a repeated request writes nothing twice. */
  resumed(speaker: Speaker, session: string, seq: number): Emitter
}

const KEPT = 10_000

export function createSessions(bus: GatewayBus, random: Random): Sessions {
  const own = random.sessionId()
  const kept = new Map<string, Agent>()
  let opened = 0
  const agentIn = ({ agent: name, ...speaker }: Speaker, session: string): Agent =>
    createAgent({ ...speaker, bus, name, session, random })
  const agentOf: Sessions['agent'] = (speaker, request) => {
    if (request !== undefined) return agentIn(speaker, derivedId(keyOf(speaker, request)))
    const key = keyOf(speaker)
    const agent = kept.get(key) ?? agentIn(speaker, `gateway/${own}/${++opened}`)
    kept.delete(key)
    kept.set(key, agent)
    for (const oldest of kept.keys()) if (kept.size > KEPT) kept.delete(oldest)
    return agent
  }
  return {
    of: (speaker) => agentOf(speaker).emitter,
    agent: agentOf,
    resumed: (speaker, session, seq) => bus.emitter({ ...speaker, session, lastSeq: seq - 1 }),
  }
}

function keyOf({ swarm, agent, run }: Speaker, request = ''): string {
  return JSON.stringify([swarm, agent, run, request])
}
