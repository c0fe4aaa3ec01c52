import type { KnownEvent } from '@waggle/consume'
import type { Vault } from '@waggle/vault'

/** The same events with the texts about their subjects decrypted; those of erased subjects are left out. */
export async function* opened(
  vault: Vault,
  events: AsyncIterable<KnownEvent> | Iterable<KnownEvent>,
): AsyncGenerator<KnownEvent> {
  for await (const known of events) {
    const event = await vault.open(known.event)
    if (event !== undefined) yield event === known.event ? known : { ...known, event }
  }
}
