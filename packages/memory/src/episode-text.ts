import type { WaggleEvent } from '@waggle/event'

/** What sort of episode it is; '' where there is no word for it. */
export function typeOf(event: WaggleEvent): string {
  switch (event.kind) {
    case 'experience':
      return event.type
    case 'observation':
    case 'signal':
      return event.domain
    case 'decision':
      return event.action
    default:
      return ''
  }
}

/** What an episode says, for recall and for search by words. */
export function episodeText(event: WaggleEvent): string {
  switch (event.kind) {
    case 'experience':
      return [event.type, ...event.tags, event.content].join(' ')
    case 'observation':
      return [event.domain, event.instrument ?? '', event.content].join(' ')
    case 'signal':
      return [event.domain, event.instrument ?? '', event.recommended_action, event.message].join(
        ' ',
      )
    case 'decision':
      return [event.action, event.instrument ?? '', event.context, event.reasoning].join(' ')
    case 'outcome':
      return event.details
    default:
      return ''
  }
}

/** Ids of the events an event rests on. */
export function evidenceOf(event: WaggleEvent): readonly string[] {
  switch (event.kind) {
    case 'decision':
      return event.inputs
    case 'concept':
    case 'document':
    case 'experience':
    case 'fact':
    case 'relation':
      return event.evidence
    default:
      return []
  }
}
