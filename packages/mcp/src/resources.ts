import { ResourceTemplate, type McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import type { ReadResourceResult } from '@modelcontextprotocol/sdk/types.js'
import { readGraph } from './graph-tools.ts'
import type { Speaker } from './speaker.ts'

const JSON_TYPE = { mimeType: 'application/json' }
/** The reference memory server's name of the graph goes on to work. */
export const GRAPH_URIS = ['memory://graph', 'memory://knowledge-graph'] as const

export interface SwarmUris {
  readonly agents: string
  readonly decisions: string
  trajectory(id: string): string
}

export function swarmUris(swarm: string): SwarmUris {
  const base = `waggle://${encodeURIComponent(swarm)}`
  return {
    agents: `${base}/agents`,
    decisions: `${base}/decisions`,
    trajectory: (id) => `${base}/trajectory/${encodeURIComponent(id)}`,
  }
}

/** What clients can read without a tool: the graph, and the swarm around it. */
export function addResources(server: McpServer, speaker: Speaker): void {
  const { client, swarm, fresh } = speaker
  const uris = swarmUris(swarm)
  for (const uri of GRAPH_URIS)
    server.registerResource(
      uri.slice('memory://'.length),
      uri,
      {
        title: 'Knowledge Graph',
        description: 'The full knowledge graph with all entities and relations',
        ...JSON_TYPE,
      },
      async (asked) => json(asked, await readGraph(speaker)),
    )
  server.registerResource(
    'agents',
    uris.agents,
    { title: 'Agents', description: `Who is in the swarm ${swarm}`, ...JSON_TYPE },
    async (asked) => json(asked, (await client.call('agents', fresh())).data),
  )
  server.registerResource(
    'decisions',
    uris.decisions,
    { title: 'Decisions', description: 'The newest decisions, newest first', ...JSON_TYPE },
    async (asked) => json(asked, (await client.call('decisions', { ...fresh(), limit: 50 })).data),
  )
  server.registerResource(
    'trajectory',
    new ResourceTemplate(`waggle://${encodeURIComponent(swarm)}/trajectory/{id}`, {
      list: undefined,
    }),
    {
      title: 'Trajectory',
      description: 'The events of one line of action, in the order in which they were known',
      ...JSON_TYPE,
    },
    async (asked, { id }) => {
      const trajectory = decodeURIComponent(String(id))
      const { data } = await client.call('trajectory', { ...fresh(), trajectory, limit: 1000 })
      return json(asked, data)
    },
  )
}

function json(uri: URL, value: unknown): ReadResourceResult {
  const text = JSON.stringify(value, null, 2)
  return { contents: [{ uri: uri.href, mimeType: 'application/json', text }] }
}
