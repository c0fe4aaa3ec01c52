import { joinTokens } from '@waggle/api'
import type { WaggleClient } from '@waggle/client'

export interface SpeakerOptions {
  readonly client: WaggleClient
  readonly swarm: string
  /** Who speaks. */
  readonly agent: string
  /** A backtest or fork; live if left out. */
  readonly run?: string | undefined
  /** Of the knowledge graph and of what is remembered; the agent's own if left out. */
  readonly namespace?: string | undefined
}

/** One agent that speaks through the gateway and reads what it said. */
export interface Speaker {
  readonly client: WaggleClient
  readonly swarm: string
  readonly agent: string
  readonly namespace: string
  /** Swarm and run, as every route takes them. */
  readonly scope: { readonly swarm: string; readonly run?: string }
  /** The same, and what was said before is in the answer. */
  fresh(): { readonly swarm: string; readonly run?: string; readonly after?: string }
  /** Writes as a member of the swarm: it joins before its first write, where it is not in it yet. */
  write<T extends { readonly position: string }>(send: () => Promise<T>): Promise<T>
}

/** A day: a model may think long between two calls. */
const TTL_MS = 86_400_000

export function createSpeaker(options: SpeakerOptions): Speaker {
  const { client, swarm, agent, run, namespace = agent } = options
  const scope = { swarm, ...(run === undefined ? {} : { run }) }
  let joined: Promise<void> | undefined
  let said = ''
  const join = async (): Promise<void> => {
    const { data } = await client.call('agents', scope)
    if (data.some((member) => member.agent === agent && member.status === 'ALIVE')) return
    const member = { kind: 'agent', agent, op: 'JOINED', role: 'mcp', ttl_ms: TTL_MS }
    await client.call('emit', { ...scope, body: member })
  }
  return {
    client,
    swarm,
    agent,
    namespace,
    scope,
    fresh: () => (said === '' ? scope : { ...scope, after: said }),
    write: async (send) => {
      // A token that may not join may still write where the agent is a member: the write itself says so.
      joined ??= join().catch(() => void (joined = undefined))
      await joined
      const answer = await send()
      said = joinTokens(said, answer.position)
      return answer
    },
  }
}
