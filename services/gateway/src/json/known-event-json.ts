import type { EventJson, KnownEventJson } from '@waggle/api'
import type { KnownEvent } from '@waggle/consume'
import { eventToJson, positionText } from '@waggle/event'

export function knownEventJson({ event, position, knownFrom, late }: KnownEvent): KnownEventJson {
  return {
    event: eventToJson(event) as EventJson,
    position: positionText(position),
    known_from: knownFrom,
    late,
  }
}
