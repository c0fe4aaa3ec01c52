import type { KnowledgeEntity, KnowledgeGraph, KnowledgeRelation } from '@waggle/api'
import type { Concept, Fact, Relation } from '@waggle/event'
import type { FactAnswer, MemoryScope, MemoryView, Shown } from '@waggle/memory'
import { escapeName, unescapeName } from './escape-name.ts'

/** Facts that are an observation by themselves; those of other attributes are shown with it. */
export const OBSERVATION = 'observation'

/** An entity as its namespace has it: with the facts that its observations are read from. */
export interface GraphEntity extends KnowledgeEntity {
  readonly concept: Concept
  readonly facts: readonly { readonly text: string; readonly ids: readonly string[] }[]
}

/** A namespace of memory as a graph: concepts are entities, facts their observations. */
export interface GraphReader {
  entity(name: string): GraphEntity | undefined
  hasRelation(relation: KnowledgeRelation): boolean
  /** From and to an entity, which need not be there. */
  relationsOf(name: string): KnowledgeRelation[]
  /** In the order in which things were first said. */
  graph(): KnowledgeGraph
}

export function createGraphReader(
  view: MemoryView,
  scope: MemoryScope,
  namespace: string,
): GraphReader {
  const entityOf = ({ event: concept }: Shown<Concept>): GraphEntity => {
    const said = view
      .facts(scope, namespace, concept.name)
      .toSorted((a, b) => (a.position.offset < b.position.offset ? -1 : 1))
    const facts = said.map((fact) => ({
      text: factText(fact),
      ids: idsOf(view, scope, namespace, fact),
    }))
    const observations = [concept.description, ...facts.map(({ text }) => text)]
    return {
      name: unescapeName(concept.name),
      entityType: concept.categories[0] ?? '',
      observations: observations.slice(concept.description === '' ? 1 : 0),
      concept,
      facts,
    }
  }
  return {
    entity: (name) => {
      const concept = view.concept(scope, namespace, escapeName(name))
      return concept === undefined ? undefined : entityOf(concept)
    },
    hasRelation: (relation) => view.relation(scope, namespace, relationId(relation)) !== undefined,
    relationsOf: (name) =>
      view
        .neighbours(scope, namespace, escapeName(name))
        .map(({ relation }) => relationJson(relation.event)),
    graph: () => {
      const first = ({ event }: Shown<Concept>): bigint =>
        view.conceptHistory(scope, namespace, event.name)[0]?.position.offset ?? 0n
      const concepts = view
        .concepts(scope, namespace)
        .map((concept) => ({ concept, offset: first(concept) }))
        .sort((a, b) => (a.offset < b.offset ? -1 : 1))
      return {
        entities: concepts.map(({ concept }) => entityJson(entityOf(concept))),
        relations: view.relations(scope, namespace).map(({ event }) => relationJson(event)),
      }
    },
  }
}

/** `source|type|target`, as memory names it. */
export function relationId({ from, to, relationType }: KnowledgeRelation): string {
  return [from, relationType, to].map(escapeName).join('|')
}

export function entityJson({ name, entityType, observations }: KnowledgeEntity): KnowledgeEntity {
  return { name, entityType, observations: [...observations] }
}

function relationJson({ source, type, target }: Relation): KnowledgeRelation {
  return {
    from: unescapeName(source),
    to: unescapeName(target),
    relationType: unescapeName(type),
  }
}

function factText({ event: { attribute, value } }: { readonly event: Fact }): string {
  return attribute === OBSERVATION ? value : `${attribute}: ${value}`
}

/** Ids of all that say the same, for two writers may have said it at once. */
function idsOf(
  view: MemoryView,
  scope: MemoryScope,
  namespace: string,
  { event: { entity, attribute, value } }: FactAnswer,
): string[] {
  return view
    .factHistory(scope, namespace, entity, attribute)
    .filter(({ event }) => event.value === value)
    .map(({ event }) => event.id)
}
