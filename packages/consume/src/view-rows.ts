/** One thing a view holds, as text that is equal where the thing is. */
export interface ViewRow {
  readonly key: string
  readonly value: string
}

/** What differs between two instances of a view. */
export type RowDifference =
  | { readonly is: 'added'; readonly key: string; readonly shadow: string }
  | { readonly is: 'removed'; readonly key: string; readonly live: string }
  | {
      readonly is: 'changed'
      readonly key: string
      readonly live: string
      readonly shadow: string
    }

/** Row by row, by key: added is what only the shadow has. The order of rows does not matter; equal views give none. */
export function* diffRows(
  live: Iterable<ViewRow>,
  shadow: Iterable<ViewRow>,
): Generator<RowDifference> {
  const left = new Map<string, string>()
  for (const { key, value } of live) left.set(key, value)
  for (const { key, value } of shadow) {
    const before = left.get(key)
    left.delete(key)
    if (before === undefined) yield { is: 'added', key, shadow: value }
    else if (before !== value) yield { is: 'changed', key, live: before, shadow: value }
  }
  for (const [key, value] of left) yield { is: 'removed', key, live: value }
}

/**
 * A state of maps as rows: one for each entry of the innermost maps, under the path of keys to it. What holds no map
 * is one row. Keys are escaped, so no two things share one.
 */
export function* stateRows(state: unknown, path = ''): Generator<ViewRow> {
  const parts = partsOf(state)
  if (parts === undefined) return void (yield { key: path, value: rowText(state) })
  for (const [name, part] of parts) yield* stateRows(part, `${path}/${encodeURIComponent(name)}`)
}

/** Undefined where a value is one row. */
function partsOf(value: unknown): Iterable<readonly [string, unknown]> | undefined {
  if (value instanceof Map) return [...value].map(([key, part]) => [String(key), part] as const)
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
  const entries = Object.entries(value).filter(([, part]) => typeof part !== 'function')
  return entries.some(([, part]) => part instanceof Map || partsOf(part) !== undefined)
    ? entries
    : undefined
}

/** JSON with maps and sets as lists in their order, and big integers as texts. */
export function rowText(value: unknown): string {
  const text = JSON.stringify(value, (_key, inner: unknown) => {
    if (inner instanceof Map || inner instanceof Set) return [...(inner as Iterable<unknown>)]
    if (typeof inner === 'bigint') return `${inner}n`
    return typeof inner === 'number' && !Number.isFinite(inner) ? String(inner) : inner
  }) as string | undefined
  return text ?? 'undefined'
}
