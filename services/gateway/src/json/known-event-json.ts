import type { EventJson, KnownEventJson } from '@waggle/api'
import type { KnownEvent } from '@waggle/consume'
import { eventToJson, positionText, type WaggleEvent } from '@waggle/event'
import { openWhole, type Vault } from '@waggle/vault'
import type { Entry } from '@waggle/view-hot'

export function knownEventJson({ event, position, knownFrom, late }: KnownEvent): KnownEventJson {
  return {
    event: eventToJson(event) as EventJson,
    position: positionText(position),
    known_from: knownFrom,
    late,
  }
}

/** The same with the texts about their subjects decrypted; those of erased subjects are left out. */
export async function openedJson(
  vault: Vault | undefined,
  batch: readonly KnownEvent[],
): Promise<KnownEventJson[]> {
  const shown: KnownEventJson[] = []
  for (const known of batch) {
    const event = await openWhole(vault, known.event)
    if (event !== undefined) shown.push(knownEventJson({ ...known, event }))
  }
  return shown
}

/** An event as a view keeps it. */
export function knownOfEntry<E extends WaggleEvent>(entry: Entry<E>): KnownEvent {
  return { ...entry, late: entry.knownFrom > entry.event.known_at }
}
