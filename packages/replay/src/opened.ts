import type { KnownEvent } from '@waggle/consume'
import { openWhole, type Vault } from '@waggle/vault'

/**
 * The same events with the texts about their subjects decrypted; those of erased subjects, and broken ones,
 * are left out.
 */
export async function* opened(
  vault: Vault,
  events: AsyncIterable<KnownEvent> | Iterable<KnownEvent>,
): AsyncGenerator<KnownEvent> {
  for await (const known of events) {
    const event = await openWhole(vault, known.event)
    if (event !== undefined) yield event === known.event ? known : { ...known, event }
  }
}
