import type { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import type { ToolAnnotations } from '@modelcontextprotocol/sdk/types.js'
import { GatewayError } from '@waggle/client'
import type { KnowledgeChange, KnowledgeChanged, KnowledgeGraph } from '@waggle/api'
import { z } from 'zod'
import { addTool } from './add-tool.ts'
import {
  addedObservations,
  deletedObservations,
  done,
  entity,
  graph,
  relation,
} from './graph-schemas.ts'
import type { Speaker } from './speaker.ts'
import { ToldError } from './tool-error.ts'

const closed = { openWorldHint: false }
const ADDS: ToolAnnotations = {
  readOnlyHint: false,
  destructiveHint: false,
  idempotentHint: false,
  ...closed,
}
const DELETES: ToolAnnotations = {
  readOnlyHint: false,
  destructiveHint: true,
  idempotentHint: true,
  ...closed,
}
const READS: ToolAnnotations = {
  readOnlyHint: true,
  destructiveHint: false,
  idempotentHint: true,
  ...closed,
}

/** The reference memory server's nine tools under their names, on the namespace's part of the swarm's memory. */
export function addGraphTools(server: McpServer, speaker: Speaker): void {
  addCreatingTools(server, speaker)
  addDeletingTools(server, speaker)
  const read = (question: { search?: string; names?: string[] }): Promise<KnowledgeGraph> =>
    readGraph(speaker, question)

  addTool(server, 'read_graph', {
    title: 'Read Graph',
    description: 'Read the entire knowledge graph',
    input: z.object({}),
    output: graph,
    annotations: READS,
    run: () => read({}),
  })
  addTool(server, 'search_nodes', {
    title: 'Search Nodes',
    description: 'Search for nodes in the knowledge graph based on a query',
    input: z.object({
      query: z
        .string()
        .describe('The search query to match against entity names, types, and observation content'),
    }),
    output: graph,
    annotations: READS,
    run: ({ query }) => read({ search: query }),
  })
  addTool(server, 'open_nodes', {
    title: 'Open Nodes',
    description: 'Open specific nodes in the knowledge graph by their names',
    input: z.object({
      names: z.array(z.string()).describe('An array of entity names to retrieve'),
    }),
    output: graph,
    annotations: READS,
    run: ({ names }) => read({ names }),
  })
}

/** The graph of the speaker's namespace, with all it said. */
export async function readGraph(
  { client, namespace, fresh }: Speaker,
  question: { search?: string; names?: string[] } = {},
): Promise<KnowledgeGraph> {
  const { data } = await client.call('knowledge', { ...fresh(), body: { namespace, ...question } })
  return data
}

async function change(
  { client, scope, agent, namespace, write }: Speaker,
  wanted: KnowledgeChange,
): Promise<KnowledgeChanged> {
  const body = { agent, namespace, change: wanted }
  const { data } = await write(() => client.call('changeKnowledge', { ...scope, body }))
  return data
}

function addCreatingTools(server: McpServer, speaker: Speaker): void {
  addTool(server, 'create_entities', {
    title: 'Create Entities',
    description: 'Create multiple new entities in the knowledge graph',
    input: z.object({ entities: z.array(entity) }),
    output: z.object({ entities: z.array(entity) }),
    annotations: ADDS,
    run: async ({ entities }) => {
      const created = await change(speaker, { op: 'create_entities', entities })
      return { entities: created.entities }
    },
    text: ({ entities }) => entities,
  })
  addTool(server, 'create_relations', {
    title: 'Create Relations',
    description:
      'Create multiple new relations between entities in the knowledge graph. Relations should be in active voice',
    input: z.object({ relations: z.array(relation) }),
    output: z.object({ relations: z.array(relation) }),
    annotations: ADDS,
    run: async ({ relations }) => {
      const created = await change(speaker, { op: 'create_relations', relations })
      return { relations: created.relations }
    },
    text: ({ relations }) => relations,
  })
  addTool(server, 'add_observations', {
    title: 'Add Observations',
    description: 'Add new observations to existing entities in the knowledge graph',
    input: addedObservations,
    output: z.object({
      results: z.array(
        z.object({ entityName: z.string(), addedObservations: z.array(z.string()) }),
      ),
    }),
    annotations: ADDS,
    run: async ({ observations }) => {
      const wanted = observations.map(({ entityName, contents }) => ({
        entity: entityName,
        contents,
      }))
      const added = await change(speaker, { op: 'add_observations', observations: wanted }).catch(
        (error: unknown) => {
          throw asReferenceTells(error)
        },
      )
      return {
        results: added.observations.map(({ entity: entityName, contents }) => ({
          entityName,
          addedObservations: contents,
        })),
      }
    },
    text: ({ results }) => results,
  })
}

function asReferenceTells(error: unknown): unknown {
  if (!(error instanceof GatewayError) || error.code !== 'NOT_FOUND') return error
  return new ToldError(`Entity with name ${String(error.problem.input)} not found`, error)
}

function addDeletingTools(server: McpServer, speaker: Speaker): void {
  const finish = async (wanted: KnowledgeChange, message: string) => {
    await change(speaker, wanted)
    return { success: true, message }
  }
  const text = ({ message }: { readonly message: string }): string => message

  addTool(server, 'delete_entities', {
    title: 'Delete Entities',
    description: 'Delete multiple entities and their associated relations from the knowledge graph',
    input: z.object({
      entityNames: z.array(z.string()).describe('An array of entity names to delete'),
    }),
    output: done,
    annotations: DELETES,
    run: ({ entityNames: names }) =>
      finish({ op: 'delete_entities', names }, 'Entities deleted successfully'),
    text,
  })
  addTool(server, 'delete_observations', {
    title: 'Delete Observations',
    description: 'Delete specific observations from entities in the knowledge graph',
    input: deletedObservations,
    output: done,
    annotations: DELETES,
    run: ({ deletions }) => {
      const observations = deletions.map(({ entityName, observations: contents }) => ({
        entity: entityName,
        contents,
      }))
      return finish(
        { op: 'delete_observations', observations },
        'Observations deleted successfully',
      )
    },
    text,
  })
  addTool(server, 'delete_relations', {
    title: 'Delete Relations',
    description: 'Delete multiple relations from the knowledge graph',
    input: z.object({
      relations: z.array(relation).describe('An array of relations to delete'),
    }),
    output: done,
    annotations: DELETES,
    run: ({ relations }) =>
      finish({ op: 'delete_relations', relations }, 'Relations deleted successfully'),
    text,
  })
}
