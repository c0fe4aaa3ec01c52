import { wordsOf, type Agent } from '@waggle/agent'
import type { Passage, PassageSearch, PassageStore } from './blocks.ts'

export interface PassagesOptions {
  /** The agent's own if left out. */
  readonly namespace?: string
}

/** Archival memory and conversations of an agent, as its blocks search them. */
export function agentPassages(
  agent: Pick<Agent, 'remember' | 'recall'>,
  { namespace }: PassagesOptions = {},
): PassageStore {
  const within = namespace === undefined ? {} : { namespaces: [namespace] }
  const search = async (
    text: string,
    kind: 'experience' | 'turn',
    { limit, tags = [] }: PassageSearch,
  ): Promise<Passage[]> => {
    // Tags are no part of the question to memory: more is asked for where some will be left out.
    const asked = tags.length === 0 ? limit : Math.min(1000, limit * 10)
    const { memories } = await agent.recall({ ...within, text, limit: asked, kinds: [kind] })
    return memories
      .filter(
        ({ event }) => event.kind !== 'experience' || tags.every((tag) => event.tags.includes(tag)),
      )
      .slice(0, limit)
      .map((memory) => ({ id: memory.id, content: wordsOf(memory), score: memory.score }))
  }
  return {
    insert: async (content, tags) => {
      const place = namespace === undefined ? {} : { namespace }
      const { event } = await agent.remember({ ...place, type: 'passage', content, tags })
      return event.id
    },
    search: (question, options) => search(question, 'experience', options),
    searchTurns: (question, options) => search(question, 'turn', options),
  }
}
