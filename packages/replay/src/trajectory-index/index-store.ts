/** Where the trajectory index is kept: blocks under names. */
export interface IndexStore {
  get(name: string): Buffer | undefined
  /** All of these or none; kept for ever once it resolves, where the store is durable. VIEW_UNAVAILABLE. */
  write(entries: ReadonlyMap<string, Buffer>): Promise<void>
  clear(): Promise<void>
  close(): Promise<void>
}

/** Forgets everything at the end: for tests, and for tools that index a log once. */
export function createMemoryIndexStore(): IndexStore {
  const blocks = new Map<string, Buffer>()
  return {
    get: (name) => blocks.get(name),
    write: async (entries) => entries.forEach((block, name) => blocks.set(name, block)),
    clear: async () => blocks.clear(),
    close: async () => {},
  }
}
