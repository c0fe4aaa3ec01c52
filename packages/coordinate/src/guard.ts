import { WaggleError } from '@waggle/base'
import type { AnyDraft, Draft, EmittableKind, Emitted, Emitter } from '@waggle/emit'
import type { EventByKind } from '@waggle/event'
import type { Lock } from './lock.ts'

/** Kinds that can carry a fencing token: `fill`, and `decision`. */
export type GuardedKind = {
  [K in EmittableKind]: 'fencing_token' extends keyof EventByKind[K] ? K : never
}[EmittableKind]

/** A draft without what the guard stamps on it. */
export type GuardedDraft<K extends GuardedKind> = Draft<K> & {
  readonly lock_resource?: never
  readonly fencing_token?: never
}
export type AnyGuardedDraft = { [K in GuardedKind]: GuardedDraft<K> }[GuardedKind]

/** An emitter whose events were made under a lock. */
export interface GuardedEmitter {
  emit<K extends GuardedKind>(draft: GuardedDraft<K>): Promise<Emitted<K>>
  /** All or none, in this order, in one durable append. */
  emitAll(drafts: readonly AnyGuardedDraft[]): Promise<Emitted[]>
}

/**
 * Stamps every event with the lock's resource and fencing token, and refuses with FENCED once the lock is
 * known to be lost. That alone keeps nothing out: an agent that pauses between this check and the append does
 * not know. What keeps it out is the token, where the reader of the log compares it: the hot view counts a fill
 * only if no fill of the resource before it had a higher token. Decisions carry the token for their readers;
 * no view of ours refuses one, for they are not ordered with the fills.
 *
 * INPUT_INVALID for a shared lock or a semaphore: whoever does not hold alone has no token that fences.
 */
export function guard(emitter: Emitter, lock: Lock): GuardedEmitter {
  if (lock.mode !== 'EXCLUSIVE' || lock.permits !== 1) {
    throw new WaggleError(
      'INPUT_INVALID',
      `The lock of ${lock.resource} is shared or a semaphore: writes need an exclusive lock of one permit`,
      { input: lock.resource },
    )
  }
  const stamp = { lock_resource: lock.resource, fencing_token: Number(lock.token) }
  const emitAll = async (drafts: readonly AnyGuardedDraft[]): Promise<Emitted[]> => {
    lock.check()
    return emitter.emitAll(drafts.map((draft) => ({ ...draft, ...stamp }) as AnyDraft))
  }
  return {
    emitAll,
    emit: async <K extends GuardedKind>(draft: GuardedDraft<K>) => {
      const [emitted] = await emitAll([draft as unknown as AnyGuardedDraft])
      return emitted as unknown as Emitted<K>
    },
  }
}
