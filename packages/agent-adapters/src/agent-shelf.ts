import type { Agent, StoredDocument } from '@waggle/agent'
import { isWaggleError } from '@waggle/base'
import type { Json, Shelf, ShelfEntry } from './shelf.ts'

export interface AgentShelfOptions {
  /** Type of the documents, such as `langgraph_checkpoint`; without a `/`. */
  readonly type: string
  /** The agent's own if left out. */
  readonly namespace?: string
}

/** The documents of one type that an agent keeps in a namespace, as adapters use them. */
export function agentShelf(
  { documents }: Pick<Agent, 'documents'>,
  { type, ...place }: AgentShelfOptions,
): Shelf {
  const createdAt = async ({ event, version, knownFrom }: StoredDocument): Promise<number> => {
    if (version === 1) return knownFrom
    const [first] = await documents.history(type, event.key, place)
    return first?.knownFrom ?? knownFrom
  }
  const entryOf = async (document: StoredDocument): Promise<ShelfEntry> => {
    const { event, value, version, knownFrom } = document
    return {
      key: event.key,
      value,
      version,
      source: event.agent,
      createdAt: await createdAt(document),
      updatedAt: knownFrom,
    }
  }
  return {
    get: async (key) => {
      const found = await documents.get(type, key, place)
      return found === undefined ? undefined : entryOf(found)
    },
    list: async (prefix = '') => {
      const found = await documents.list({ ...place, type, prefix, limit: Infinity })
      return Promise.all(found.map(entryOf))
    },
    put: async (key, value, { expectedVersion, ttlMs } = {}) =>
      entryOf(
        await documents.put(type, key, value, {
          ...place,
          ...(expectedVersion === undefined ? {} : { expectedVersion }),
          ...(ttlMs === undefined ? {} : { ttl_ms: ttlMs }),
        }),
      ),
    remove: async (key) => {
      await documents.remove(type, key, place).catch((error: unknown) => {
        if (!isWaggleError(error, 'NOT_FOUND')) throw error
      })
    },
    history: async (key) => {
      const versions = await documents.history(type, key, place)
      return versions.flatMap(({ event, version, knownFrom }): ShelfEntry[] => {
        if (event === undefined || event.value === null) return []
        const value = JSON.parse(event.value) as Json
        const created = versions[0]!.knownFrom
        const { agent: source } = event
        return [{ key, value, version, source, createdAt: created, updatedAt: knownFrom }]
      })
    },
  }
}
