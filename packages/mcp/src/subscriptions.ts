import type { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import {
  SubscribeRequestSchema,
  UnsubscribeRequestSchema,
} from '@modelcontextprotocol/sdk/types.js'
import type { KnownEventJson } from '@waggle/api'
import { GRAPH_URIS, swarmUris } from './resources.ts'
import type { Speaker } from './speaker.ts'

const GRAPH_KINDS = ['concept', 'relation', 'fact', 'removal', 'grant', 'quarantine', 'erasure']

/** Tells a client what changed of the resources it subscribed to, whoever changed it: from the live tail. */
export function addSubscriptions(server: McpServer, speaker: Speaker): void {
  const wanted = new Set<string>()
  const { client, swarm, scope, namespace } = speaker
  let following: { readonly stop: AbortController; readonly begun: Promise<void> } | undefined
  const urisOf = urisChangedBy(swarm, namespace)

  const follow = async (signal: AbortSignal, onBegun: () => void): Promise<void> => {
    for await (const message of client.live(swarm, scope, signal)) {
      // The first message says where the tail begins: what is changed from then on is told.
      onBegun()
      if (message.type !== 'events') continue
      const changed = new Set(message.events.flatMap(urisOf))
      for (const uri of wanted)
        if (changed.has(uri)) await server.server.sendResourceUpdated({ uri })
    }
  }
  const stop = (): void => {
    following?.stop.abort()
    following = undefined
  }
  const begin = (): NonNullable<typeof following> => {
    const { promise: begun, resolve } = Promise.withResolvers<void>()
    const begins = { stop: new AbortController(), begun }
    // After a tail that ended for good, the next subscription begins another.
    void follow(begins.stop.signal, resolve).catch(stop).finally(resolve)
    return begins
  }
  server.server.registerCapabilities({ resources: { subscribe: true } })
  server.server.setRequestHandler(SubscribeRequestSchema, async ({ params }) => {
    wanted.add(params.uri)
    following ??= begin()
    await following.begun
    return {}
  })
  server.server.setRequestHandler(UnsubscribeRequestSchema, ({ params }) => {
    wanted.delete(params.uri)
    if (wanted.size === 0) stop()
    return {}
  })
  server.server.onclose = stop
}

function urisChangedBy(swarm: string, namespace: string): (known: KnownEventJson) => string[] {
  const uris = swarmUris(swarm)
  return ({ event }) => {
    const found: string[] = event.trajectory === null ? [] : [uris.trajectory(event.trajectory)]
    const isOfGraph =
      GRAPH_KINDS.includes(event.kind) && (event['namespace'] ?? namespace) === namespace
    if (isOfGraph) found.push(...GRAPH_URIS)
    if (event.kind === 'agent') found.push(uris.agents)
    if (event.kind === 'decision') found.push(uris.decisions)
    return found
  }
}
