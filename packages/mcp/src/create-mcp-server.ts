import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import { addGraphTools } from './graph-tools.ts'
import { addMemoryTools } from './memory-tools.ts'
import { addPastTools } from './past-tools.ts'
import { addResources } from './resources.ts'
import { createSpeaker, type SpeakerOptions } from './speaker.ts'
import { addSubscriptions } from './subscriptions.ts'
import { addSwarmTools } from './swarm-tools.ts'

export interface McpServerOptions extends SpeakerOptions {
  readonly version?: string
}

/**
 * A server of the Model Context Protocol for one agent of a swarm, over a gateway near or far. To be connected to one
 * transport; closing it ends its live tail.
 */
export function createMcpServer({ version = '0.1.0', ...options }: McpServerOptions): McpServer {
  const speaker = createSpeaker(options)
  const { agent, swarm } = speaker
  const server = new McpServer(
    { name: 'waggle', title: 'Waggle', version },
    {
      instructions: `You are the agent ${agent} of the swarm ${swarm}. What you say is kept for good and is known to others. Recall before you decide; record decisions with their reasons and the ids they rest on; claim the lock before you touch what others share.`,
    },
  )
  addGraphTools(server, speaker)
  addMemoryTools(server, speaker)
  addSwarmTools(server, speaker)
  addPastTools(server, speaker)
  addResources(server, speaker)
  addSubscriptions(server, speaker)
  return server
}
