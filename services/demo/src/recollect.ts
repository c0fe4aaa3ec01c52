import type { Draft, Emitted } from '@waggle/emit'
import type { AgentName } from './agents/roster.ts'
import type { BarContext } from './bar-context.ts'
import { noteOf } from './lessons.ts'
import type { InMind, SwarmState } from './swarm-state.ts'

const RECALLED = 3

/** What an agent asked its memory and was given. */
export interface Recollection {
  /** As the log is told of it. */
  readonly draft: Draft<'recall'>
  /** Ids, best first. */
  readonly memories: readonly string[]
  /** What they come to, in words. */
  readonly note: string
}

interface Asked {
  readonly agent: AgentName
  /** The agent's own if left out. */
  readonly namespace?: string
  readonly situation: string
}

/** Asks for lessons of situations like this one. */
export async function askMemory(
  { bus, learned, symbol }: BarContext,
  { agent, namespace = agent, situation }: Asked,
): Promise<Recollection> {
  const text = `${symbol}, ${situation}`
  const newest = learned[agent]
  const after = newest === undefined ? [] : [newest]
  const { memories, asOf } = await bus.recall({ agent, namespace, text, limit: RECALLED }, after)
  const draft: Draft<'recall'> = {
    kind: 'recall',
    query: text,
    namespaces: [namespace],
    found: memories.map(({ id, score }) => ({ memory: id, score })),
    asked_for: RECALLED,
    as_of: asOf,
    // The market stands still meanwhile.
    latency_us: 0,
  }
  return { draft, memories: memories.map(({ id }) => id), note: noteOf(memories) }
}

/** Asks where the sort of situation is another than before; undefined where the agent has it in mind, or cannot tell. */
export async function askIfNew(
  context: BarContext,
  { inMind }: SwarmState,
  { setup, ...asked }: Asked & { readonly setup: string | undefined },
): Promise<Recollection | undefined> {
  if (setup === undefined || inMind[asked.agent]?.setup === setup) return undefined
  return askMemory(context, asked)
}

/** What an agent has in mind from the bar on at which it asked. */
export function inMindOf(
  { memories, note }: Recollection,
  { event }: Emitted,
  at: Pick<InMind, 'setup' | 'since'>,
): InMind {
  return { ...at, inputs: [event.id, ...memories], note }
}
