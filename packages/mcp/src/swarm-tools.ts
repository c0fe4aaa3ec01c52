import type { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import { z } from 'zod'
import { ADDS, addTool } from './add-tool.ts'
import type { Speaker } from './speaker.ts'

const name = z.string().min(1).max(128)
const share = z.number().min(0).max(1)
const written = z.object({
  id: z.string(),
  position: z.string().describe('Where it stands in the log'),
})

/** Deciding, signalling, voting and locking, like the other agents of the swarm. */
export function addSwarmTools(server: McpServer, speaker: Speaker): void {
  addSayingTools(server, speaker)
  addCoordinationTools(server, speaker)
}

function addSayingTools(server: McpServer, { client, agent, scope, write }: Speaker): void {
  const emit = async (kind: string, fields: Readonly<Record<string, unknown>>) => {
    const body = { ...fields, kind, agent }
    const { data } = await write(() => client.call('emit', { ...scope, body }))
    return { id: data[0]!.id, position: data[0]!.position }
  }
  addTool(server, 'decide', {
    title: 'Decide',
    description:
      'Record a decision with its reasons, so that it can be explained and judged later.',
    input: z.object({
      action: name.describe('What was chosen, such as LONG or FLAT'),
      reasoning: z.string().describe('Why'),
      confidence: share.describe('Probability that the predicted outcome happens'),
      context: z.string().default('').describe('What was seen, in words or JSON'),
      instrument: name.optional(),
      inputs: z.array(z.string()).max(1000).optional().describe('Ids of events it rested on'),
      alternatives: z.array(z.string()).max(100).optional(),
      predicted_outcome: z.string().optional(),
      trajectory: z.string().max(128).optional().describe('Line of action it belongs to'),
      proposal: name.optional().describe('Proposal it carries out'),
    }),
    output: written,
    annotations: ADDS,
    run: (fields) => emit('decision', fields),
  })
  addTool(server, 'signal', {
    title: 'Signal',
    description: 'Tell other agents something that matters for a while.',
    input: z.object({
      domain: name.describe('Area it concerns'),
      severity: z.enum(['INFO', 'LOW', 'MEDIUM', 'HIGH', 'CRITICAL']),
      message: z.string(),
      confidence: share.default(1),
      targets: z.array(name).max(1000).optional().describe('Everyone in the domain if left out'),
      instrument: name.optional(),
      strength: z.number().optional().describe('Positive is bullish'),
      recommended_action: z.string().optional(),
      ttl_ms: z
        .int()
        .min(1)
        .optional()
        .describe('Milliseconds until it expires; a day if left out'),
    }),
    output: written,
    annotations: ADDS,
    run: (fields) => emit('signal', fields),
  })
}

function addCoordinationTools(server: McpServer, { client, agent, scope, write }: Speaker): void {
  addTool(server, 'vote', {
    title: 'Vote',
    description: 'Vote on an open proposal; the last vote before the decision counts.',
    input: z.object({
      proposal: name,
      choice: name.describe('One of its options, or abstain'),
      value: z.number().optional().describe('Where the rule asks for one'),
      reason: z.string().max(8192).optional(),
    }),
    output: written,
    annotations: ADDS,
    run: async ({ proposal, ...vote }) => {
      const body = { ...vote, agent }
      const { data } = await write(() => client.call('vote', { ...scope, proposal, body }))
      return { id: data.id, position: data.position }
    },
  })
  addTool(server, 'claim_lock', {
    title: 'Claim Lock',
    description:
      'Acquire, renew or release a lock. Give the fencing token to whatever the lock guards; it is refused once another holder came.',
    input: z.object({
      resource: name,
      op: z.enum(['ACQUIRE', 'RENEW', 'RELEASE']).default('ACQUIRE'),
      request: name.optional().describe('Of the answer to ACQUIRE, to renew or release it'),
      token: z
        .string()
        .regex(/^\d{1,19}$/)
        .optional()
        .describe('Fencing token of what is renewed or released'),
      mode: z.enum(['EXCLUSIVE', 'SHARED']).optional(),
      lease_ms: z.int().min(1).max(86_400_000).optional(),
      wait_ms: z.int().min(0).max(60_000).optional(),
    }),
    output: z.object({
      status: z.string(),
      request: z.string(),
      token: z.string().nullable(),
      lease_until: z.int().nullable(),
      reason: z.string(),
    }),
    annotations: ADDS,
    run: async ({ resource, ...claim }, signal) => {
      const body = { ...claim, agent }
      const { data } = await write(() => client.call('lock', { ...scope, resource, body }, signal))
      return data
    },
  })
}
