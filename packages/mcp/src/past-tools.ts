import type { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import { z } from 'zod'
import { addTool, READS } from './add-tool.ts'
import type { Speaker } from './speaker.ts'

const event = z.looseObject({ kind: z.string(), id: z.string() })

/** What was known then, and what a number rests on. */
export function addPastTools(server: McpServer, speaker: Speaker): void {
  addReplay(server, speaker)
  addExplain(server, speaker)
}

function addReplay(server: McpServer, { client, agent, scope }: Speaker): void {
  addTool(server, 'replay_as_of', {
    title: 'Replay As Of',
    description:
      'Exactly what an agent knew and saw at a past time: state, decisions, signals, holdings, memories and the last turns of conversation. Nothing learned later is in it.',
    input: z.object({
      as_of: z.string().max(40).describe('ISO 8601 or microseconds since 1970'),
      agent: z.string().min(1).max(128).optional().describe('The own one if left out'),
      limit: z.int().min(1).max(1000).optional().describe('Most decisions, memories and turns'),
    }),
    output: z.object({
      agent: z.string(),
      role: z.string().nullable(),
      state: z.unknown(),
      decisions: z.array(event),
      signals: z.array(event),
      holdings: z.array(
        z.object({ agent: z.string(), instrument: z.string(), quantity: z.string() }),
      ),
      memories: z.array(z.object({ id: z.string(), kind: z.string(), text: z.string() })),
      turns: z.array(z.object({ conversation: z.string(), role: z.string(), text: z.string() })),
      sealed: z.boolean().describe('Nothing appended from now on can change the answer'),
      position: z.string().describe('Asked as of these positions it is the same'),
    }),
    annotations: { ...READS, idempotentHint: true },
    run: async ({ agent: of = agent, as_of, limit = 20 }, signal) => {
      const asked = { ...scope, agent: of, as_of, limit }
      const { data, past } = await client.call('agentContext', asked, signal)
      return {
        agent: of,
        role: data.agent?.role ?? null,
        state: data.state,
        decisions: data.decisions.map(({ event: decision }) => decision),
        signals: data.signals.map(({ event: signalled }) => signalled),
        holdings: data.holdings.map((held) => ({
          agent: held.agent,
          instrument: held.instrument,
          quantity: held.quantity,
        })),
        memories: data.memories.map(({ id, kind, text }) => ({ id, kind, text })),
        turns: data.turns.map(({ conversation, role, text }) => ({ conversation, role, text })),
        sealed: past?.sealed ?? false,
        position: past?.position ?? '',
      }
    },
  })
}

function addExplain(server: McpServer, { client, scope, fresh }: Speaker): void {
  addTool(server, 'explain', {
    title: 'Explain',
    description:
      'The minimal set of events behind a number or a decision. Claims: decision:ID, proposal:NAME, pattern:ID, holding:AGENT/INSTRUMENT, lock:RESOURCE/TOKEN, figure:equity/AGENT@TIME, row:TABLE/TOPIC/PARTITION/OFFSET.',
    input: z.object({
      claim: z.string().min(1).max(512),
      as_of: z.string().max(40).optional().describe('ISO 8601 or microseconds since 1970'),
    }),
    output: z.object({
      claim: z.string(),
      value: z.string(),
      rule: z.string().describe('Function that computes it again from the events'),
      parameters: z.record(z.string(), z.unknown()),
      events: z.array(
        z.object({
          position: z.string(),
          role: z.string(),
          score: z.number().nullable(),
          known_from: z.int(),
          erased: z.boolean(),
        }),
      ),
      digest: z.string().describe('Of the evidence pack'),
    }),
    annotations: { ...READS, idempotentHint: true },
    run: async ({ claim, as_of }, signal) => {
      const asked = as_of === undefined ? fresh() : { ...scope, as_of }
      const { data } = await client.call('explain', { ...asked, claim }, signal)
      const { value, rule, parameters, digest } = data
      const events = data.events.map(({ position, role, score, known_from, erased }) => {
        return { position, role, score, known_from, erased }
      })
      return { claim: data.claim, value, rule, parameters, events, digest }
    },
  })
}
