import { z } from 'zod'

/** A concept with what is known of it, as the knowledge graph of the Model Context Protocol has it. */
export const knowledgeEntity = z
  .object({ name: z.string(), entityType: z.string(), observations: z.array(z.string()) })
  .meta({ id: 'KnowledgeEntity' })
export type KnowledgeEntity = z.output<typeof knowledgeEntity>

export const knowledgeRelation = z
  .object({ from: z.string(), to: z.string(), relationType: z.string() })
  .meta({ id: 'KnowledgeRelation' })
export type KnowledgeRelation = z.output<typeof knowledgeRelation>

/** In the order in which they were first said. */
export const knowledgeGraph = z
  .object({ entities: z.array(knowledgeEntity), relations: z.array(knowledgeRelation) })
  .meta({ id: 'KnowledgeGraph' })
export type KnowledgeGraph = z.output<typeof knowledgeGraph>

export const knowledgeQuestion = z
  .object({
    namespace: z.string().min(1).max(128),
    /** Only entities that say this text in name, type or observations, whatever its case. */
    search: z.string().max(8192).optional(),
    /** Only entities of these names. */
    names: z.array(z.string()).max(10_000).optional(),
  })
  .meta({ id: 'KnowledgeQuestion' })
export type KnowledgeQuestion = z.input<typeof knowledgeQuestion>

const ITEMS_MAX = 10_000
const observationsOf = z.object({ entity: z.string(), contents: z.array(z.string()) })

/** One change of the graph: all of it, or nothing. What is there already is not said again. */
export const knowledgeChange = z
  .discriminatedUnion('op', [
    z.object({
      op: z.literal('create_entities'),
      entities: z.array(knowledgeEntity).max(ITEMS_MAX),
    }),
    z.object({
      op: z.literal('create_relations'),
      relations: z.array(knowledgeRelation).max(ITEMS_MAX),
    }),
    /** NOT_FOUND where an entity is not there. */
    z.object({
      op: z.literal('add_observations'),
      observations: z.array(observationsOf).max(ITEMS_MAX),
    }),
    /** With the relations that lead from or to them. */
    z.object({ op: z.literal('delete_entities'), names: z.array(z.string()).max(ITEMS_MAX) }),
    z.object({
      op: z.literal('delete_observations'),
      observations: z.array(observationsOf).max(ITEMS_MAX),
    }),
    z.object({
      op: z.literal('delete_relations'),
      relations: z.array(knowledgeRelation).max(ITEMS_MAX),
    }),
  ])
  .meta({ id: 'KnowledgeChange' })
export type KnowledgeChange = z.output<typeof knowledgeChange>

export const knowledgeChangeInput = z.object({
  agent: z.string().min(1).max(128),
  /** The agent's own if left out. */
  namespace: z.string().min(1).max(128).optional(),
  change: knowledgeChange,
})

/** What a change added; nothing where it only removed. */
export const knowledgeChanged = z
  .object({
    entities: z.array(knowledgeEntity),
    relations: z.array(knowledgeRelation),
    observations: z.array(observationsOf),
  })
  .meta({ id: 'KnowledgeChanged' })
export type KnowledgeChanged = z.output<typeof knowledgeChanged>
