import type {
  KnowledgeChange,
  KnowledgeChanged,
  KnowledgeEntity,
  KnowledgeRelation,
} from '@waggle/api'
import { WaggleError } from '@waggle/base'
import type { AnyDraft } from '@waggle/emit'
import { escapeName } from './escape-name.ts'
import { OBSERVATION, relationId, type GraphReader } from './graph-reader.ts'

/** Events that make a change, in the order in which they are to be said, and what is new by them. */
export interface PlannedChange {
  readonly drafts: readonly AnyDraft[]
  readonly changed: KnowledgeChanged
}

const NOTHING: KnowledgeChanged = { entities: [], relations: [], observations: [] }

/** A change against the graph as it is. An observation is a fact of its own, so that writers never overwrite another's. */
export function planChange(
  graph: GraphReader,
  namespace: string,
  change: KnowledgeChange,
): PlannedChange {
  const say = draftsIn(namespace)
  switch (change.op) {
    case 'create_entities': {
      const entities = firstOf(change.entities, ({ name }) => name)
        .filter(({ name }) => graph.entity(name) === undefined)
        .map((entity) => ({ ...entity, observations: [...new Set(entity.observations)] }))
      const drafts = entities.flatMap((entity) => [
        say.concept(entity),
        ...entity.observations.map((text) => say.observation(entity.name, text)),
      ])
      return { drafts, changed: { ...NOTHING, entities } }
    }
    case 'create_relations': {
      const relations = firstOf(change.relations, relationId).filter(
        (relation) => !graph.hasRelation(relation),
      )
      return { drafts: relations.map(say.relation), changed: { ...NOTHING, relations } }
    }
    case 'add_observations':
      return planObservations(graph, say, change.observations)
    case 'delete_entities': {
      const names = [...new Set(change.names)]
      const relations = firstOf(
        names.flatMap((name) => graph.relationsOf(name)),
        relationId,
      )
      const drafts = names.flatMap((name) => {
        const entity = graph.entity(name)
        if (entity === undefined) return []
        const facts = entity.facts.flatMap(({ ids }) => ids.map((id) => say.removal(id)))
        return [...facts, say.removal(`concept:${escapeName(name)}`)]
      })
      return { drafts: [...drafts, ...relations.map(say.noRelation)], changed: NOTHING }
    }
    case 'delete_observations':
      return { drafts: planForgetting(graph, say, change.observations), changed: NOTHING }
    case 'delete_relations': {
      const relations = firstOf(change.relations, relationId).filter((relation) =>
        graph.hasRelation(relation),
      )
      return { drafts: relations.map(say.noRelation), changed: NOTHING }
    }
  }
}

type Drafts = ReturnType<typeof draftsIn>
type Observations = KnowledgeChanged['observations']

function planObservations(
  graph: GraphReader,
  say: Drafts,
  observations: Observations,
): PlannedChange {
  const known = new Map<string, Set<string>>()
  const drafts: AnyDraft[] = []
  const added = observations.map(({ entity: name, contents }) => {
    const entity = graph.entity(name)
    if (entity === undefined)
      throw new WaggleError('NOT_FOUND', `Entity with name ${name} not found`, { input: name })
    const texts = known.get(name) ?? new Set(entity.observations)
    known.set(name, texts)
    const fresh = [...new Set(contents)].filter((text) => !texts.has(text))
    for (const text of fresh) {
      texts.add(text)
      drafts.push(say.observation(name, text))
    }
    return { entity: name, contents: fresh }
  })
  return { drafts, changed: { ...NOTHING, observations: added } }
}

function planForgetting(graph: GraphReader, say: Drafts, observations: Observations): AnyDraft[] {
  const forgotten = new Map<string, Set<string>>()
  for (const { entity, contents } of observations)
    forgotten.set(entity, new Set([...(forgotten.get(entity) ?? []), ...contents]))
  return [...forgotten].flatMap(([name, texts]) => {
    const entity = graph.entity(name)
    if (entity === undefined) return []
    const { concept, facts } = entity
    const removed = facts
      .filter(({ text }) => texts.has(text))
      .flatMap(({ ids }) => ids.map((id) => say.removal(id)))
    // The words of the concept itself: it is said again without them.
    const isDescribed = concept.description !== '' && texts.has(concept.description)
    return isDescribed ? [...removed, say.concept(entity)] : removed
  })
}

function draftsIn(namespace: string) {
  const removal = (memory: string): AnyDraft => ({ kind: 'removal', namespace, memory })
  return {
    removal,
    concept: ({ name, entityType }: KnowledgeEntity): AnyDraft => ({
      kind: 'concept',
      namespace,
      name: escapeName(name),
      categories: entityType === '' ? [] : [entityType],
      description: '',
    }),
    observation: (entity: string, value: string): AnyDraft => ({
      kind: 'fact',
      namespace,
      entity: escapeName(entity),
      attribute: OBSERVATION,
      value,
      multiple: true,
    }),
    relation: ({ from, to, relationType }: KnowledgeRelation): AnyDraft => ({
      kind: 'relation',
      namespace,
      source: escapeName(from),
      type: escapeName(relationType),
      target: escapeName(to),
    }),
    noRelation: (relation: KnowledgeRelation) => removal(`relation:${relationId(relation)}`),
  }
}

/** Of those with one name, the first. */
function firstOf<T>(items: readonly T[], nameOf: (item: T) => string): T[] {
  const byName = new Map<string, T>()
  for (const item of items) if (!byName.has(nameOf(item))) byName.set(nameOf(item), item)
  return [...byName.values()]
}
