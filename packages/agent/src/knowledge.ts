import { WaggleError } from '@waggle/base'
import type { Draft, Emitted } from '@waggle/emit'
import type { Concept } from '@waggle/event'
import type {
  AsOf,
  Contradiction,
  EdgeFilter,
  FactAnswer,
  Neighbour,
  Shown,
  WorldTime,
} from '@waggle/memory'
import {
  notFound,
  readIn,
  writeIn,
  type InNamespace,
  type NamespaceBus,
  type NamespaceRead,
} from './own-namespace.ts'

export type ConceptDraft = Omit<Draft<'concept'>, 'kind' | 'namespace'> & InNamespace
export type RelationDraft = Omit<Draft<'relation'>, 'kind' | 'namespace'> & InNamespace
export type FactDraft = Omit<Draft<'fact'>, 'kind' | 'namespace' | 'value'> &
  InNamespace & { readonly value: unknown }

/** What an agent knows about the world: in its own namespace, or in one it was let into. */
export interface Knowledge {
  /** Says what a thing is; another time makes a new version. */
  define(draft: ConceptDraft): Promise<Emitted<'concept'>>
  relate(draft: RelationDraft): Promise<Emitted<'relation'>>
  /** Says what is true; values that are no texts are kept as JSON. INPUT_INVALID where the time is empty. */
  assert(draft: FactDraft): Promise<Emitted<'fact'>>
  /** Takes back a fact by its id, or `concept:<name>`, `relation:<source>|<type>|<target>`. NOT_FOUND without it. */
  retract(memory: string, options?: InNamespace & { reason?: string }): Promise<Emitted<'removal'>>
  concept(name: string, options?: NamespaceRead & AsOf): Promise<Shown<Concept> | undefined>
  concepts(options?: NamespaceRead & AsOf & { category?: string }): Promise<Shown<Concept>[]>
  fact(
    entity: string,
    attribute: string,
    options?: NamespaceRead & WorldTime,
  ): Promise<FactAnswer | undefined>
  facts(entity: string, options?: NamespaceRead & WorldTime): Promise<FactAnswer[]>
  history(entity: string, attribute: string, options?: NamespaceRead & AsOf): Promise<FactAnswer[]>
  contradictions(
    options?: NamespaceRead & AsOf & { entity?: string; attribute?: string; limit?: number },
  ): Promise<Contradiction[]>
  neighbours(
    concept: string,
    options?: NamespaceRead & EdgeFilter & WorldTime,
  ): Promise<Neighbour[]>
  path(
    from: string,
    to: string,
    options?: NamespaceRead & EdgeFilter & WorldTime & { maxHops?: number },
  ): Promise<Neighbour[] | undefined>
}

/** Facts, concepts and relations of a namespace. */
export function createKnowledge(own: NamespaceBus): Knowledge {
  return {
    ...createStatements(own),
    concept: (name, options = {}) =>
      readIn(own, options, (view, scope, namespace) =>
        view.concept(scope, namespace, name, options),
      ),
    concepts: (options = {}) =>
      readIn(own, options, (view, scope, namespace) => view.concepts(scope, namespace, options)),
    fact: (entity, attribute, options = {}) =>
      readIn(own, options, (view, scope, namespace) =>
        view.fact(scope, namespace, entity, attribute, options),
      ),
    facts: (entity, options = {}) =>
      readIn(own, options, (view, scope, namespace) =>
        view.facts(scope, namespace, entity, options),
      ),
    history: (entity, attribute, options = {}) =>
      readIn(own, options, (view, scope, namespace) =>
        view.factHistory(scope, namespace, entity, attribute, options),
      ),
    contradictions: (options = {}) =>
      readIn(own, options, (view, scope, namespace) =>
        view.contradictions(scope, namespace, options),
      ),
    neighbours: (concept, options = {}) =>
      readIn(own, options, (view, scope, namespace) =>
        view.neighbours(scope, namespace, concept, options),
      ),
    path: (from, to, options = {}) =>
      readIn(own, options, (view, scope, namespace) =>
        view.path(scope, namespace, from, to, options),
      ),
  }
}

function createStatements(
  own: NamespaceBus,
): Pick<Knowledge, 'define' | 'relate' | 'assert' | 'retract'> {
  return {
    define: async ({ namespace = own.agent, ...draft }) =>
      writeIn<'concept'>(own, { ...draft, kind: 'concept', namespace }),
    relate: async ({ namespace = own.agent, ...draft }) => {
      checkTime(own, draft)
      for (const field of ['source', 'type', 'target'] as const) {
        if (draft[field]?.includes('|') === true)
          throw new WaggleError('INPUT_INVALID', `${field} of a relation has a |`, { field })
      }
      return writeIn<'relation'>(own, { ...draft, kind: 'relation', namespace })
    },
    assert: async ({ namespace = own.agent, value, ...draft }) => {
      checkTime(own, draft)
      const text = typeof value === 'string' ? value : JSON.stringify(value)
      return writeIn<'fact'>(own, { ...draft, kind: 'fact', namespace, value: text })
    },
    retract: async (memory, { namespace = own.agent, reason = '' } = {}) => {
      const isThere = await readIn(own, { namespace }, (view, scope) => {
        if (memory.startsWith('concept:'))
          return view.concept(scope, namespace, memory.slice(8)) !== undefined
        return memory.startsWith('relation:')
          ? view.relation(scope, namespace, memory.slice(9)) !== undefined
          : view.factById(scope, namespace, memory) !== undefined
      })
      if (!isThere) throw notFound(memory, namespace)
      return writeIn<'removal'>(own, { kind: 'removal', namespace, memory, reason })
    },
  }
}

function checkTime(
  own: NamespaceBus,
  draft: Pick<Draft<'fact'>, 'valid_from' | 'valid_to' | 'occurred_at' | 'known_at'>,
): void {
  const { valid_from: from, valid_to: to, occurred_at: occurred, known_at: known } = draft
  const start = from ?? occurred ?? known ?? own.clock.now()
  if (to === undefined || to === null || to > start) return
  throw new WaggleError('INPUT_INVALID', `valid_to ${to} is not behind the start ${start}`, {
    field: 'valid_to',
    input: to,
  })
}
