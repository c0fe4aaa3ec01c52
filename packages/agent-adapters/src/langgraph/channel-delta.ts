/** A value as the serializer of the framework gave it: JSON text, or bytes in base64. */
export interface Packed {
  readonly type: string
  readonly text: string
}

/**
 * How a channel's value stands in a checkpoint. A list that goes on from an earlier one keeps only its end:
 * messages of a thread would otherwise be stored again with each step, which grows as the square of its length.
 */
export type StoredChannel =
  | ({ readonly is: 'whole' } & Packed)
  | {
      readonly is: 'delta'
      readonly type: string
      /** Checkpoint whose value it goes on from. */
      readonly base: string
      /** Items kept of it, and what follows them. */
      readonly keep: number
      readonly add: readonly string[]
      /** Characters of all deltas since the last whole value, with this one. */
      readonly chain: number
    }

/** Items of a JSON list, each as text; undefined for anything else. */
export function itemsOf({ type, text }: Packed): string[] | undefined {
  if (type !== 'json' || !text.startsWith('[')) return undefined
  return (JSON.parse(text) as unknown[]).map((item) => JSON.stringify(item))
}

export function packedItems(type: string, items: readonly string[]): Packed {
  return { type, text: `[${items.join(',')}]` }
}

/**
 * Stores a value against the one before it. It is stored whole again once the deltas since weigh as much as the
 * value, so what is written for a growing list stays within three times its final size.
 */
export function storeChannel(
  value: Packed,
  before:
    { readonly id: string; readonly value: Packed; readonly stored: StoredChannel } | undefined,
): StoredChannel {
  const whole: StoredChannel = { is: 'whole', ...value }
  const earlier = before === undefined ? undefined : itemsOf(before.value)
  const items = earlier === undefined ? undefined : itemsOf(value)
  if (before === undefined || earlier === undefined || items === undefined) return whole
  let keep = 0
  while (keep < items.length && keep < earlier.length && items[keep] === earlier[keep]) keep++
  const add = items.slice(keep)
  const size = add.reduce((sum, item) => sum + item.length + 1, 0)
  const chain = size + (before.stored.is === 'delta' ? before.stored.chain : 0)
  if (keep === 0 || chain >= value.text.length) return whole
  return { is: 'delta', type: value.type, base: before.id, keep, add, chain }
}

/** The value again; `at` gives what is stored in an earlier checkpoint. */
export function readChannel(
  id: string,
  at: (checkpoint: string) => StoredChannel | undefined,
): Packed | undefined {
  const deltas: Extract<StoredChannel, { is: 'delta' }>[] = []
  let stored = at(id)
  for (; stored?.is === 'delta'; stored = at(stored.base)) deltas.push(stored)
  if (stored === undefined) return undefined
  if (deltas.length === 0) return { type: stored.type, text: stored.text }
  const items = itemsOf(stored) ?? []
  for (const { keep, add } of deltas.toReversed()) items.splice(keep, items.length, ...add)
  return packedItems(deltas[0]!.type, items)
}
