import { WaggleError } from '@waggle/base'
import type { KnownEvent } from '@waggle/consume'
import { replayTerm, type TermOptions } from './replay-term.ts'
import type { Term } from './trajectory-index/terms.ts'

export interface CausationNode {
  readonly known: KnownEvent
  /** Events that name this one as their cause, in the order the swarm learned them. */
  readonly children: readonly CausationNode[]
}

export interface Causation {
  /** The cause, its cause and so on, the first one first; a cause that the log does not have ends the chain. */
  readonly ancestors: readonly KnownEvent[]
  readonly root: CausationNode
  /** True where more followed from it than was asked for. */
  readonly truncated: boolean
}

const EVENTS_MAX = 10_000

/**
 * What led to an event and what came of it, by `cause`. Every step is a look-up: with a trajectory index it reads
 * what it finds, without one the log. NOT_FOUND where there is no such event in the swarm and run.
 */
export async function causationOf(
  options: TermOptions,
  id: string,
  eventsMax = EVENTS_MAX,
): Promise<Causation> {
  const [known] = await find(options, { id })
  if (known === undefined)
    throw new WaggleError('NOT_FOUND', `There is no event ${id}`, { input: id })
  const seen = new Set([id])
  const ancestors: KnownEvent[] = []
  for (let cause = known.event.cause; cause !== null && !seen.has(cause);) {
    const [parent] = await find(options, { id: cause })
    if (parent === undefined) break
    seen.add(cause)
    ancestors.unshift(parent)
    cause = parent.event.cause
  }
  const root = { known, children: [] as CausationNode[] }
  // Foreign producers may name causes in a circle: each event stands in the tree once.
  const open = [root]
  for (let node = open.shift(); node !== undefined && seen.size < eventsMax; node = open.shift()) {
    for (const child of await find(options, { cause: node.known.event.id })) {
      if (seen.has(child.event.id)) continue
      seen.add(child.event.id)
      const next = { known: child, children: [] }
      node.children.push(next)
      open.push(next)
    }
  }
  return { ancestors, root, truncated: open.length > 0 }
}

async function find(options: TermOptions, term: Term): Promise<KnownEvent[]> {
  const found: KnownEvent[] = []
  for await (const batch of replayTerm(options, term)) found.push(...batch)
  return found
}
