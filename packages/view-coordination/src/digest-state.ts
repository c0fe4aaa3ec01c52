import { createHash } from 'node:crypto'

/** SHA-256 over plain data; maps and sets count in their order. */
export function digestState(state: unknown): string {
  const text = JSON.stringify(state, (_key, value: unknown) => {
    if (value instanceof Map || value instanceof Set) return [...(value as Iterable<unknown>)]
    return typeof value === 'bigint' ? String(value) : value
  })
  return createHash('sha256').update(text).digest('hex')
}
