import { isWaggleError } from '@waggle/base'
import type { WaggleEvent } from '@waggle/event'
import type { Vault } from './vault.ts'

/**
 * For readers that go on whatever they meet: undefined for an event whose subject is erased, and for one whose seal
 * is broken. The two cannot be told apart once the key is gone, and one bad event of anybody must not end a view,
 * a subscription or a replay.
 */
export async function openWhole<E extends WaggleEvent>(
  vault: Pick<Vault, 'open'> | undefined,
  event: E,
): Promise<E | undefined> {
  if (vault === undefined || event.subject === null) return event
  try {
    return await vault.open(event)
  } catch (error) {
    if (isWaggleError(error, 'SEAL_INVALID')) return undefined
    throw error
  }
}
