/**
 * Where the keys of subjects are: the part of a vault that a key management service replaces. A name is the
 * digest of swarm and subject (`keyName`); who keeps the keys need not know whose they are.
 */
export interface KeyStore {
  /** The key, 32 bytes; undefined where there is none or it was destroyed. */
  find(name: string): Promise<Buffer | undefined>
  /** The key, made where there is none yet; undefined where it was destroyed. All who make it get the same. */
  create(name: string): Promise<Buffer | undefined>
  /**
   * Destroys it for ever: no key of this name is made again. The SHA-256 of what was destroyed, now or by
   * an earlier call, in hex; undefined where there never was one.
   */
  destroy(name: string): Promise<string | undefined>
  isDestroyed(name: string): Promise<boolean>
}

export const KEY_BYTES = 32
