import { useSyncExternalStore } from 'react'

export interface SavedQuery {
  readonly name: string
  readonly query: string
}

const NAME = 'waggle-queries'
const listeners = new Set<() => void>()
let read: { text: string | null; queries: readonly SavedQuery[] } = { text: null, queries: [] }

const isQuery = (value: unknown): value is SavedQuery =>
  typeof (value as SavedQuery | null)?.name === 'string' &&
  typeof (value as SavedQuery).query === 'string'

/** What a file or the storage holds; undefined for anything else. */
export function parseQueries(text: string): SavedQuery[] | undefined {
  try {
    const found: unknown = JSON.parse(text)
    return Array.isArray(found) && found.every(isQuery)
      ? found.map(({ name, query }) => ({ name, query }))
      : undefined
  } catch {
    return undefined
  }
}

/** Queries by name; a later one takes the place of an earlier one. */
export function mergeQueries(
  known: readonly SavedQuery[],
  added: readonly SavedQuery[],
): SavedQuery[] {
  const all = new Map([...known, ...added].map((one) => [one.name, one]))
  return [...all.values()].toSorted((a, b) => a.name.localeCompare(b.name))
}

export const exportQueries = (queries: readonly SavedQuery[]): string =>
  `${JSON.stringify(queries, null, 2)}\n`

export function storeQueries(queries: readonly SavedQuery[]): void {
  localStorage.setItem(NAME, JSON.stringify(queries))
  for (const listener of listeners) listener()
}

/** The queries this browser keeps, also when another tab changes them. */
export function useSavedQueries(): readonly SavedQuery[] {
  return useSyncExternalStore((listener) => {
    listeners.add(listener)
    addEventListener('storage', listener)
    return () => {
      listeners.delete(listener)
      removeEventListener('storage', listener)
    }
  }, storedQueries)
}

function storedQueries(): readonly SavedQuery[] {
  const text = localStorage.getItem(NAME)
  if (text !== read.text) read = { text, queries: parseQueries(text ?? '[]') ?? [] }
  return read.queries
}
