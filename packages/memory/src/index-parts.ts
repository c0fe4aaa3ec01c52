import type { WaggleEvent } from '@waggle/event'
import { subjectsOf } from '@waggle/vault'
import { dropMemories, indexMemory, retireMemory } from './indexed-memories.ts'
import type { MemoryKind } from './memory.ts'
import type { MemoryEvent, SwarmMemory } from './memory-state.ts'

/** The name and words of a memory that its namespace keeps; undefined for other kinds. */
interface Named {
  readonly kind: MemoryKind
  readonly id: string
  readonly text: string
}

/** Makes what a namespace took findable by its words; a new version takes the place of the one before. */
export function indexPart(swarm: SwarmMemory, namespace: string, known: MemoryEvent): void {
  const { event, position, knownFrom } = known
  const { heads, byEvent, bySubject } = swarm.indexed
  const by = { source: event.agent, at: knownFrom }
  if (event.kind === 'removal') {
    const removed = heads.get(nameIn(namespace, event.memory))?.event ?? event.memory
    if (byEvent.get(removed)?.namespace === namespace) retireMemory(swarm, removed, by)
    for (const turn of turnsOf(swarm, namespace, event.memory)) retireMemory(swarm, turn, by)
    return
  }
  const named = namedOf(event)
  if (named === undefined) return
  const { kind, id, text } = named
  const name = nameIn(namespace, id)
  const before = id === event.id ? undefined : heads.get(name)
  const isEnd = event.kind === 'document' && event.value === null
  const version = (before?.version ?? 0) + (isEnd ? 0 : 1)
  if (before !== undefined) retireMemory(swarm, before.event, by)
  if (id !== event.id) heads.set(name, { event: event.id, version })
  if (known.erased || isEnd) return
  for (const subject of subjectsOf(event.subject))
    bySubject.set(subject, [...(bySubject.get(subject) ?? []), event.id])
  const source = event.agent
  indexMemory(swarm, { id, kind, namespace, event, source, position, knownFrom, version }, text)
}

/** Takes everything of a subject out of the index, for all times. */
export function dropIndexed(swarm: SwarmMemory, subject: string): void {
  dropMemories(swarm, swarm.indexed.bySubject.get(subject) ?? [])
  swarm.indexed.bySubject.delete(subject)
}

/** Ids of the turns of `conversation:<name>`; none for other memories. */
function turnsOf({ indexed }: SwarmMemory, namespace: string, memory: string): string[] {
  if (!memory.startsWith('conversation:')) return []
  return [...indexed.byEvent.values()].flatMap(({ event, namespace: of }) =>
    of === namespace && event.kind === 'turn' && memory === `conversation:${event.conversation}`
      ? [event.id]
      : [],
  )
}

function nameIn(namespace: string, id: string): string {
  return `${namespace}\n${id}`
}

function namedOf(event: WaggleEvent): Named | undefined {
  switch (event.kind) {
    case 'concept': {
      const attributes = Object.entries(event.attributes).flat()
      const text = [event.name, ...event.categories, event.description, ...attributes].join(' ')
      return { kind: 'concept', id: `concept:${event.name}`, text }
    }
    case 'fact':
      return {
        kind: 'fact',
        id: event.id,
        text: `${event.entity} ${event.attribute} ${event.value}`,
      }
    case 'procedure': {
      const actions = event.steps.map(({ action }) => action)
      const text = [event.name, event.category, event.description, ...actions].join(' ')
      return { kind: 'procedure', id: `procedure:${event.name}`, text }
    }
    case 'turn':
      return { kind: 'turn', id: event.id, text: event.content }
    case 'document': {
      const { type, key, value } = event
      return {
        kind: 'document',
        id: `document:${type}/${key}`,
        text: `${type} ${key} ${value ?? ''}`,
      }
    }
    default:
      return undefined
  }
}
