import type { MemoryJson } from '@waggle/api'
import { eventToJson, positionText, type WaggleEvent } from '@waggle/event'
import type { EpisodeStanding, Memory, RecalledMemory } from '@waggle/memory'

/** A memory as JSON; evidence of those that were not recalled has no positions. */
export function memoryJson(
  memory: Memory | RecalledMemory,
  standing?: EpisodeStanding,
): MemoryJson {
  const { id, kind, namespace, version, source, event, knownFrom, position } = memory
  const recalled = 'score' in memory ? memory : undefined
  return {
    id,
    kind,
    namespace,
    version,
    source,
    text: textOf(event),
    known_from: knownFrom,
    position: positionText(position),
    tier: standing?.tier ?? null,
    importance: event.kind === 'experience' ? event.importance : null,
    evidence:
      recalled?.evidence.map(({ id: evidence, position: at }) => {
        return { id: evidence, position: at === undefined ? null : positionText(at) }
      }) ?? restsOn(event).map((evidence) => ({ id: evidence, position: null })),
    score: recalled?.score ?? null,
    similarity: recalled?.similarity ?? null,
    event: eventToJson(event),
  }
}

/** What a memory says, for people. */
export function textOf(event: WaggleEvent): string {
  switch (event.kind) {
    case 'experience':
    case 'observation':
    case 'turn':
      return event.content
    case 'signal':
      return event.message
    case 'decision':
      return event.reasoning
    case 'outcome':
      return event.details
    case 'document':
      return contentText(event.value)
    case 'concept':
      return `${event.name}: ${event.description}`
    case 'fact':
      return `${event.entity} ${event.attribute} ${event.value}`
    case 'procedure':
      return `${event.name}: ${event.description}`
    default:
      return ''
  }
}

/** A document that is a text is given as that, anything else as JSON. */
function contentText(value: string | null): string {
  if (value === null) return ''
  try {
    const content: unknown = JSON.parse(value)
    return typeof content === 'string' ? content : value
  } catch {
    return value
  }
}

function restsOn(event: WaggleEvent): readonly string[] {
  if (event.kind === 'decision') return event.inputs
  return 'evidence' in event ? (event.evidence as readonly string[]) : []
}
