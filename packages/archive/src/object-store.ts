/**
 * Where an archive lies: whole objects under keys of letters, digits and `/ = . _ -`. What cannot be reached throws
 * ARCHIVE_UNAVAILABLE.
 */
export interface ObjectStore {
  /** Durable when it resolves; readers see the object whole or not at all. */
  put(key: string, bytes: Uint8Array): Promise<void>
  /** The same where there is no such key yet; false where there is one, whoever made it. */
  putNew(key: string, bytes: Uint8Array): Promise<boolean>
  get(key: string): Promise<Buffer | undefined>
  /** Keys that begin so, sorted. */
  list(prefix: string): Promise<string[]>
  delete(key: string): Promise<void>
}
