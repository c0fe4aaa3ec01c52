import type { RecallIndexOptions } from './create-recall-index.ts'
import { createRecallIndex } from './create-recall-index.ts'
import type { RecallIndex } from './recall-index.ts'

/** Whose memories: a swarm's in one run. */
export interface RecallScope {
  readonly swarm: string
  /** Null is live. */
  readonly run: string | null
}

/** An index for each swarm and run. They share nothing but the embedder, so no filter keeps swarms apart: nothing joins them. */
export interface RecallIndexes {
  /** The index of a scope, made when it is first asked for by `add`s. */
  of(scope: RecallScope): RecallIndex
  /** Without making one. */
  find(scope: RecallScope): RecallIndex | undefined
  scopes(): RecallScope[]
  /** Forgets a scope with everything in it. */
  delete(scope: RecallScope): void
}

export function createRecallIndexes(options: Omit<RecallIndexOptions, 'scope'>): RecallIndexes {
  const indexes = new Map<string, { readonly scope: RecallScope; readonly index: RecallIndex }>()
  return {
    of: ({ swarm, run }) => {
      const name = scopeName({ swarm, run })
      let entry = indexes.get(name)
      if (entry === undefined) {
        entry = { scope: { swarm, run }, index: createRecallIndex({ ...options, scope: name }) }
        indexes.set(name, entry)
      }
      return entry.index
    },
    find: (scope) => indexes.get(scopeName(scope))?.index,
    scopes: () => [...indexes.values()].map(({ scope }) => scope),
    delete: (scope) => void indexes.delete(scopeName(scope)),
  }
}

/** No two scopes have the same, whatever characters are in their names. */
function scopeName({ swarm, run }: RecallScope): string {
  return JSON.stringify([swarm, run])
}
