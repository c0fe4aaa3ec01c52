import type { KnowledgeGraph, KnowledgeQuestion } from '@waggle/api'

/** The entities asked for, and the relations that lead from or to one of them. */
export function selectNodes(
  { entities, relations }: KnowledgeGraph,
  { search, names }: Pick<KnowledgeQuestion, 'search' | 'names'>,
): KnowledgeGraph {
  if (search === undefined && names === undefined) return { entities, relations }
  const wanted = search?.toLowerCase()
  const says = (text: string): boolean =>
    wanted === undefined || text.toLowerCase().includes(wanted)
  const found = entities.filter(
    ({ name, entityType, observations }) =>
      (names === undefined || names.includes(name)) &&
      [name, entityType, ...observations].some(says),
  )
  const among = new Set(found.map(({ name }) => name))
  return {
    entities: found,
    relations: relations.filter(({ from, to }) => among.has(from) || among.has(to)),
  }
}
