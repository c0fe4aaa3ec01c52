import type { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import { z } from 'zod'
import { ADDS, addTool, READS } from './add-tool.ts'
import type { Speaker } from './speaker.ts'

const time = z
  .string()
  .max(40)
  .describe('A past time, in ISO 8601 or microseconds since 1970: the answer is as of then')

const remembered = z.object({
  id: z.string(),
  kind: z.string(),
  namespace: z.string(),
  text: z.string(),
  source: z.string().describe('Agent that said it'),
  version: z.int(),
  known_from: z.int().describe('Microseconds since 1970'),
  score: z.number().nullable().describe('How well it fits'),
})

/** Remembering, and recalling what all agents that let it read remember. */
export function addMemoryTools(server: McpServer, speaker: Speaker): void {
  const { client, agent, namespace, scope, fresh, write } = speaker
  addTool(server, 'remember', {
    title: 'Remember',
    description:
      'Remember something for good: a note, or with a key a document in versions. With expected_version the write is refused where a newer version is there, with both values.',
    input: z.object({
      content: z.string().min(1).max(65_536).describe('What to remember, in words or JSON'),
      key: z.string().min(1).max(256).optional().describe('Name of a document'),
      type: z.string().min(1).max(64).optional().describe('Such as note, lesson, plan'),
      importance: z.number().min(0).max(1).optional(),
      evidence: z.array(z.string()).max(64).optional().describe('Ids of events it rests on'),
      expected_version: z
        .int()
        .min(0)
        .optional()
        .describe('The version it was made for; 0: the document must not be there yet'),
    }),
    output: z.object({ id: z.string(), version: z.int(), position: z.string() }),
    annotations: ADDS,
    run: async (input) => {
      const body = { ...input, agent, namespace }
      const { data } = await write(() => client.call('remember', { ...scope, body }))
      return { id: data.id, version: data.version, position: data.position }
    },
  })
  addTool(server, 'recall', {
    title: 'Recall',
    description: 'Memories that say something like a text, best first; now, or as of a past time.',
    input: z.object({
      text: z.string().min(1).max(8192),
      limit: z.int().min(1).max(100).optional().describe('10 if left out'),
      kinds: z
        .array(z.string())
        .max(16)
        .optional()
        .describe('Such as experience, document, fact, concept, decision'),
      namespaces: z.array(z.string().max(256)).max(64).optional(),
      as_of: time.optional(),
    }),
    output: z.object({
      memories: z.array(remembered),
      sealed: z.boolean().optional().describe('Of a past time: nothing can change the answer'),
    }),
    annotations: READS,
    run: async ({ as_of, ...question }, signal) => {
      const asked = as_of === undefined ? fresh() : { ...scope, as_of }
      const body = { ...question, agent }
      const { data, past } = await client.call('recall', { ...asked, body }, signal)
      return {
        memories: data.map((memory) => remembered.parse(memory)),
        ...(past === undefined ? {} : { sealed: past.sealed }),
      }
    },
  })
}
