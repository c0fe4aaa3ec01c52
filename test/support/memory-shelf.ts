import { WaggleError } from '@waggle/base'
import type { Shelf, ShelfEntry } from '@waggle/agent-adapters'

/** A shelf in a Map: what the adapters' own rules are tested on, without a bus. */
export function memoryShelf(): Shelf {
  const versions = new Map<string, ShelfEntry[]>()
  const removed = new Set<string>()
  let clock = 0
  const newest = (key: string): ShelfEntry | undefined =>
    removed.has(key) ? undefined : versions.get(key)?.at(-1)
  return {
    get: async (key) => newest(key),
    list: async (prefix = '') =>
      [...versions.keys()]
        .filter((key) => key.startsWith(prefix) && !removed.has(key))
        .toSorted()
        .map((key) => newest(key)!),
    put: async (key, value, { expectedVersion } = {}) => {
      const there = newest(key)
      if (expectedVersion !== undefined && expectedVersion !== (there?.version ?? 0))
        throw new WaggleError('VERSION_CONFLICT', `${key} has another version`)
      clock++
      const past = there === undefined ? [] : versions.get(key)!
      const entry = {
        key,
        value: JSON.parse(JSON.stringify(value)) as ShelfEntry['value'],
        version: past.length + 1,
        source: 'test',
        createdAt: past[0]?.createdAt ?? clock,
        updatedAt: clock,
      }
      removed.delete(key)
      versions.set(key, [...past, entry])
      return entry
    },
    remove: async (key) => void removed.add(key),
    history: async (key) => versions.get(key) ?? [],
  }
}
