import type { Memory } from '@waggle/memory'

/** A memory in words: its content where it has one. */
export function wordsOf({ event }: Pick<Memory, 'event'>): string {
  switch (event.kind) {
    case 'experience':
    case 'observation':
    case 'turn':
      return event.content
    case 'signal':
      return event.message
    case 'decision':
      return `${event.action}: ${event.reasoning}`
    case 'outcome':
      return event.details
    case 'concept':
    case 'procedure':
      return `${event.name}: ${event.description}`
    case 'fact':
      return `${event.entity} ${event.attribute}: ${event.value}`
    case 'relation':
      return `${event.source} ${event.type} ${event.target}`
    case 'document':
      return `${event.type}/${event.key}: ${event.value ?? ''}`
    default:
      return ''
  }
}
