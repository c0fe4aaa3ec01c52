import type { Micros } from '@waggle/base'
import type { Concept, Fact, Relation } from '@waggle/event'
import {
  contradictionsOf,
  endOf,
  heldAt,
  heldFacts,
  type Contradiction,
  type HeldFact,
} from './fact-validity.ts'
import { graphOf, validRelation, type EdgeFilter, type Neighbour } from './knowledge-graph.ts'
import { isBefore, sees, type Kept, type Lens } from './lens.ts'
import { CONCEPT_VERSIONS } from './knowledge-state.ts'
import type { MemoryScope } from './memory-view.ts'
import type { NamespaceParts } from './namespace-parts.ts'
import type { AsOf, PartSource } from './part-source.ts'
import { isRemoved } from './removal-state.ts'
import { newestVersion, versionHistory, type ArchivedVersion, type Shown } from './versions.ts'

/** A time in the world and a time of knowing; the clock of the log for those not given. */
export interface WorldTime extends AsOf {
  readonly validAt?: Micros
}

/** A fact with the time it holds, given what the answer knows. */
export interface FactAnswer extends Kept<Fact> {
  readonly validFrom: Micros
  /** Null without an end. */
  readonly validTo: Micros | null
  /** Facts that hold another value to be true of the same time. */
  readonly contradictedBy: readonly Kept<Fact>[]
}

/** What a namespace knows about the world. */
export interface KnowledgeView {
  concept(
    scope: MemoryScope,
    namespace: string,
    name: string,
    options?: AsOf,
  ): Shown<Concept> | undefined
  /** By name; of a category if it is given. */
  concepts(
    scope: MemoryScope,
    namespace: string,
    options?: AsOf & { readonly category?: string },
  ): Shown<Concept>[]
  conceptHistory(
    scope: MemoryScope,
    namespace: string,
    name: string,
    options?: AsOf,
  ): (ArchivedVersion & { readonly event?: Concept })[]
  /** What holds at a time in the world; where facts contradict each other, the one said last. */
  fact(
    scope: MemoryScope,
    namespace: string,
    entity: string,
    attribute: string,
    at?: WorldTime,
  ): FactAnswer | undefined
  /** All that holds of an entity, by attribute; every value of an attribute that has several. */
  facts(scope: MemoryScope, namespace: string, entity: string, at?: WorldTime): FactAnswer[]
  /** All that was said of an attribute, by the start of its time in the world. */
  factHistory(
    scope: MemoryScope,
    namespace: string,
    entity: string,
    attribute: string,
    options?: AsOf,
  ): FactAnswer[]
  /** By id. */
  factById(
    scope: MemoryScope,
    namespace: string,
    id: string,
    options?: AsOf,
  ): Kept<Fact> | undefined
  /** Pairs of facts that contradict each other, by entity, attribute and time; 1,000 if no limit is given. */
  contradictions(
    scope: MemoryScope,
    namespace: string,
    options?: AsOf & {
      readonly entity?: string
      readonly attribute?: string
      readonly limit?: number
    },
  ): Contradiction[]
  /** By `<source>|<type>|<target>`, as it holds in the world. */
  relation(
    scope: MemoryScope,
    namespace: string,
    name: string,
    at?: WorldTime,
  ): Kept<Relation> | undefined
  /** All that hold in the world, by the position of what was said of them. */
  relations(scope: MemoryScope, namespace: string, at?: WorldTime): Kept<Relation>[]
  neighbours(
    scope: MemoryScope,
    namespace: string,
    concept: string,
    filter?: EdgeFilter & WorldTime,
  ): Neighbour[]
  /** A shortest path of at most `maxHops` relations, 4 if left out; an empty one from a concept to itself. */
  path(
    scope: MemoryScope,
    namespace: string,
    from: string,
    to: string,
    filter?: EdgeFilter & WorldTime & { readonly maxHops?: number },
  ): Neighbour[] | undefined
}

const HOPS = 4
const CONTRADICTIONS = 1000

export function createKnowledgeView(source: PartSource): KnowledgeView {
  const heldOf = (
    parts: NamespaceParts,
    lens: Lens,
    entity: string,
    attribute: string,
  ): HeldFact[] => {
    const said = parts.knowledge.facts.get(entity)?.get(attribute) ?? []
    return heldFacts(said.filter((fact) => isThere(parts, lens, fact)))
  }
  const facts: KnowledgeView['facts'] = (scope, namespace, entity, { validAt, asOf } = {}) => {
    const parts = source.parts(scope, namespace)
    const lens = source.lens(scope, asOf)
    const attributes = [...(parts?.knowledge.facts.get(entity)?.keys() ?? [])].sort()
    return attributes.flatMap((attribute) => {
      const holding = heldAt(heldOf(parts!, lens, entity, attribute), validAt ?? lens.at)
      return lastOfEach(holding).map((held) => answerOf(held, holding))
    })
  }
  return {
    ...createConceptView(source),
    ...createGraphView(source),
    facts,
    fact: (scope, namespace, entity, attribute, { validAt, asOf } = {}) => {
      const parts = source.parts(scope, namespace)
      if (parts === undefined) return undefined
      const lens = source.lens(scope, asOf)
      const holding = heldAt(heldOf(parts, lens, entity, attribute), validAt ?? lens.at)
      const last = holding.at(-1)
      return last === undefined ? undefined : answerOf(last, holding)
    },
    factHistory: (scope, namespace, entity, attribute, { asOf } = {}) => {
      const parts = source.parts(scope, namespace)
      if (parts === undefined) return []
      const held = heldOf(parts, source.lens(scope, asOf), entity, attribute)
      return held.map((one) => answerOf(one, held))
    },
    factById: (scope, namespace, id, { asOf } = {}) => {
      const parts = source.parts(scope, namespace)
      const fact = parts?.knowledge.factsById.get(id)
      const isSeen = fact !== undefined && isThere(parts!, source.lens(scope, asOf), fact)
      return isSeen ? fact : undefined
    },
    contradictions: (
      scope,
      namespace,
      { asOf, entity, attribute, limit = CONTRADICTIONS } = {},
    ) => {
      const parts = source.parts(scope, namespace)
      const lens = source.lens(scope, asOf)
      const entities =
        entity === undefined ? [...(parts?.knowledge.facts.keys() ?? [])].sort() : [entity]
      const found: Contradiction[] = []
      for (const name of entities) {
        const names = [...(parts?.knowledge.facts.get(name)?.keys() ?? [])].sort()
        for (const one of attribute === undefined ? names : [attribute])
          found.push(...contradictionsOf(heldOf(parts!, lens, name, one), limit - found.length))
        if (found.length >= limit) break
      }
      return found
    },
  }
}

function createConceptView(
  source: PartSource,
): Pick<KnowledgeView, 'concept' | 'concepts' | 'conceptHistory'> {
  const find = (scope: MemoryScope, namespace: string, name: string) =>
    source.parts(scope, namespace)?.knowledge.concepts.get(name)
  const concept: KnowledgeView['concept'] = (scope, namespace, name, { asOf } = {}) => {
    const versions = find(scope, namespace, name)
    return versions === undefined ? undefined : newestVersion(versions, source.lens(scope, asOf))
  }
  return {
    concept,
    concepts: (scope, namespace, { category, ...options } = {}) => {
      const knowledge = source.parts(scope, namespace)?.knowledge
      const names =
        category === undefined ? knowledge?.concepts.keys() : knowledge?.categories.get(category)
      return [...(names ?? [])]
        .sort()
        .flatMap((name) => concept(scope, namespace, name, options) ?? [])
        .filter(({ event }) => category === undefined || event.categories.includes(category))
    },
    conceptHistory: (scope, namespace, name, { asOf } = {}) => {
      const versions = find(scope, namespace, name)
      return versions === undefined
        ? []
        : versionHistory(versions, source.lens(scope, asOf), CONCEPT_VERSIONS)
    },
  }
}

function createGraphView(
  source: PartSource,
): Pick<KnowledgeView, 'relation' | 'relations' | 'neighbours' | 'path'> {
  const graph = (scope: MemoryScope, namespace: string, { validAt, asOf }: WorldTime) => {
    const parts = source.parts(scope, namespace)
    const lens = source.lens(scope, asOf)
    if (parts === undefined) return undefined
    return graphOf(parts.knowledge, parts.removals, lens, validAt ?? lens.at)
  }
  return {
    relation: (scope, namespace, name, { validAt, asOf } = {}) => {
      const parts = source.parts(scope, namespace)
      const relation = parts?.knowledge.relations.get(name)
      const lens = source.lens(scope, asOf)
      return relation === undefined
        ? undefined
        : validRelation(relation, parts!.removals, lens, validAt ?? lens.at)
    },
    relations: (scope, namespace, { validAt, asOf } = {}) => {
      const parts = source.parts(scope, namespace)
      const lens = source.lens(scope, asOf)
      return [...(parts?.knowledge.relations.values() ?? [])]
        .flatMap((one) => validRelation(one, parts!.removals, lens, validAt ?? lens.at) ?? [])
        .sort((a, b) => (isBefore(a, b) ? -1 : 1))
    },
    neighbours: (scope, namespace, concept, filter = {}) =>
      graph(scope, namespace, filter)?.neighbours(concept, filter) ?? [],
    path: (scope, namespace, from, to, { maxHops = HOPS, ...filter } = {}) =>
      from === to ? [] : graph(scope, namespace, filter)?.path(from, to, maxHops, filter),
  }
}

function isThere({ removals }: NamespaceParts, lens: Lens, fact: Kept<Fact>): boolean {
  return sees(lens, fact) && !isRemoved(removals, fact.event.id, fact, lens)
}

/** Of one attribute: the last of those with a single value, and the last of each value of the others. */
function lastOfEach(holding: readonly HeldFact[]): HeldFact[] {
  const last = new Map<string, HeldFact>()
  for (const held of holding) {
    const { multiple, value } = held.fact.event
    const name = multiple ? `=${value}` : ''
    last.delete(name)
    last.set(name, held)
  }
  return [...last.values()]
}

function answerOf({ fact, from, to }: HeldFact, among: readonly HeldFact[]): FactAnswer {
  const { value, multiple } = fact.event
  const contradictedBy = among.filter(
    (other) =>
      !multiple &&
      !other.fact.event.multiple &&
      other.fact.event.value !== value &&
      other.from < to &&
      from < other.to,
  )
  return {
    ...fact,
    validFrom: from,
    validTo: endOf(to),
    contradictedBy: contradictedBy.map((other) => other.fact),
  }
}
