import type { WaggleEvent } from '@waggle/event'

/**
 * Keeps a key for each subject of a swarm. What an event says about a subject (its `erasable` texts) is encrypted
 * with the subject's key before the event is appended, so that destroying the key erases it from the log, from
 * every view and from every backup of them at once. Backups of the keys must expire: they are the one thing
 * that can undo an erasure.
 */
export interface Vault {
  /**
   * Encrypts the erasable texts; an event without a subject is returned as it is. The same event gives the same
   * bytes. SUBJECT_ERASED after `destroy`; FIELD_INVALID for a text too long once it is sealed.
   */
  seal<E extends WaggleEvent>(event: E): Promise<E>
  /**
   * Decrypts them; undefined where a subject is erased or its key is not to be had. SEAL_INVALID for a text that was
   * changed or moved: a projection takes it for erased, or a rebuild after
   * the erasure would differ from the live view (`openWhole`).
   */
  open<E extends WaggleEvent>(event: E): Promise<E | undefined>
  /** Destroys the key for ever; the fingerprint of what was destroyed, undefined where there never was one. */
  destroy(swarm: string, subject: string): Promise<string | undefined>
  isErased(swarm: string, subject: string): Promise<boolean>
}
