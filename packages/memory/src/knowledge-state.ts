import type { Concept, Fact, Relation } from '@waggle/event'
import { provenanceOf, type Kept } from './lens.ts'
import type { MemoryEvent } from './memory-state.ts'
import type { Refusal } from './refusal-state.ts'
import { addVersion, emptyVersions, eraseVersions, type Versions } from './versions.ts'

/**
 * Semantic memory of a namespace. All that was said is kept, facts and relations with the time they hold in the
 * world; what is true then, and what contradicts what, is found at read (`fact-validity.ts`), so that it is the
 * same whoever is trusted later and whatever is removed.
 */
export interface KnowledgeState {
  readonly concepts: Map<string, Versions<Concept>>
  /** Names of concepts that were ever in a category. */
  readonly categories: Map<string, Set<string>>
  readonly relations: Map<string, RelationState>
  /** By concept, the relations that lead from or to it. */
  readonly edges: Map<string, Set<string>>
  /** By entity and attribute, in the order of the log. */
  readonly facts: Map<string, Map<string, Kept<Fact>[]>>
  readonly factsById: Map<string, Kept<Fact>>
}

export interface RelationState {
  readonly source: string
  readonly type: string
  readonly target: string
  /** In the order of the log. */
  said: Kept<Relation>[]
}

/** Versions of a concept that are kept whole. */
export const CONCEPT_VERSIONS = 5

export function emptyKnowledge(): KnowledgeState {
  return {
    concepts: new Map(),
    categories: new Map(),
    relations: new Map(),
    edges: new Map(),
    facts: new Map(),
    factsById: new Map(),
  }
}

export function relationName(of: {
  readonly source: string
  readonly type: string
  readonly target: string
}): string {
  return `${of.source}|${of.type}|${of.target}`
}

/** Takes a concept, a relation or a fact in place; returns why it counts for nothing, if it does. */
export function foldKnowledge(state: KnowledgeState, known: MemoryEvent): Refusal | undefined {
  const { event, erased } = known
  switch (event.kind) {
    case 'concept':
      foldConcept(state, known, event)
      return undefined
    case 'relation':
      if (isEmptyTime(event)) return emptyTime()
      if (`${event.source}${event.type}${event.target}`.includes('|'))
        return { code: 'FIELD_INVALID', reason: 'names in a relation are without |' }
      if (!erased) foldRelation(state, { event, ...provenanceOf(known) })
      return undefined
    case 'fact':
      if (isEmptyTime(event)) return emptyTime()
      if (!erased) foldFact(state, { event, ...provenanceOf(known) })
      return undefined
    default:
      return undefined
  }
}

/** Forgets what is about an erased subject, for all times. */
export function eraseKnowledge(
  { concepts, relations, edges, facts, factsById }: KnowledgeState,
  isGone: (event: { readonly subject: string | null }) => boolean,
): void {
  for (const versions of concepts.values()) eraseVersions(versions, isGone)
  // Nothing stays behind that a view would not have which reads the log after the erasure.
  for (const [name, relation] of relations) {
    relation.said = relation.said.filter(({ event }) => !isGone(event))
    if (relation.said.length > 0) continue
    relations.delete(name)
    for (const concept of [relation.source, relation.target]) {
      edges.get(concept)?.delete(name)
      if (edges.get(concept)?.size === 0) edges.delete(concept)
    }
  }
  for (const [entity, attributes] of facts) {
    for (const [attribute, said] of attributes) {
      const left = said.filter(({ event }) => !isGone(event))
      if (left.length > 0) attributes.set(attribute, left)
      else attributes.delete(attribute)
    }
    if (attributes.size === 0) facts.delete(entity)
  }
  for (const [id, { event }] of factsById) if (isGone(event)) factsById.delete(id)
}

function foldConcept(state: KnowledgeState, known: MemoryEvent, event: Concept): void {
  const { name, categories } = event
  const versions = state.concepts.get(name) ?? emptyVersions<Concept>()
  state.concepts.set(name, versions)
  addVersion(versions, known, { event: known.erased ? undefined : event, keep: CONCEPT_VERSIONS })
  for (const category of categories) addTo(state.categories, category, name)
}

function foldRelation({ relations, edges }: KnowledgeState, said: Kept<Relation>): void {
  const { source, type, target } = said.event
  const name = relationName(said.event)
  const relation = relations.get(name)
  if (relation !== undefined) return void relation.said.push(said)
  relations.set(name, { source, type, target, said: [said] })
  addTo(edges, source, name)
  addTo(edges, target, name)
}

function foldFact({ facts, factsById }: KnowledgeState, said: Kept<Fact>): void {
  const { entity, attribute, id } = said.event
  const attributes = facts.get(entity) ?? new Map<string, Kept<Fact>[]>()
  facts.set(entity, attributes)
  const all = attributes.get(attribute)
  if (all === undefined) attributes.set(attribute, [said])
  else all.push(said)
  factsById.set(id, said)
}

function addTo(index: Map<string, Set<string>>, key: string, value: string): void {
  const values = index.get(key)
  if (values === undefined) index.set(key, new Set([value]))
  else values.add(value)
}

function isEmptyTime({
  valid_from: from,
  valid_to: to,
  occurred_at: at,
}: Fact | Relation): boolean {
  return to !== null && to <= (from ?? at)
}

function emptyTime(): Refusal {
  return { code: 'FIELD_INVALID', reason: 'valid_to is not behind valid_from' }
}
