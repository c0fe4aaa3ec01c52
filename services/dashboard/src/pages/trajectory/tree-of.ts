import type { KnownEventJson } from '@waggle/api'

/** An event in the tree of causes. */
export interface Node {
  readonly known: KnownEventJson
  /** 0: its cause is none of these events. */
  readonly depth: number
}

/** Events in the order known -> each right behind its cause, its siblings in the order known. */
export function treeOf(events: readonly KnownEventJson[]): Node[] {
  const ids = new Set(events.map(({ event }) => event.id))
  const effects = new Map<string | null, KnownEventJson[]>()
  for (const known of events) {
    const { cause, id } = known.event
    const parent = cause !== null && cause !== id && ids.has(cause) ? cause : null
    const siblings = effects.get(parent)
    if (siblings === undefined) effects.set(parent, [known])
    else siblings.push(known)
  }
  const found: Node[] = []
  const next: Node[] = rootsOf(effects.get(null))
  for (let node = next.pop(); node !== undefined; node = next.pop()) {
    found.push(node)
    const depth = node.depth + 1
    for (const known of (effects.get(node.known.event.id) ?? []).toReversed())
      next.push({ known, depth })
  }
  return found
}

const rootsOf = (roots: readonly KnownEventJson[] = []): Node[] =>
  roots.map((known) => ({ known, depth: 0 })).toReversed()

/** Whether an event says something like a text, in any of its fields. */
export function says({ event }: KnownEventJson, wanted: string): boolean {
  return wanted === '' || JSON.stringify(event).toLowerCase().includes(wanted.toLowerCase())
}
