import type { Emitted } from '@waggle/emit'
import type { SignalReport } from '@waggle/view-coordination'
import type { Agent } from './agent.ts'
import type { RecalledMemory } from '@waggle/memory'
import type { RecallQuestion } from './memories.ts'

/** What an agent knows of situations like this one. */
export interface Recollection {
  /** Memories that fit, best first. */
  readonly recalled: readonly RecalledMemory[]
  /** Signals that are active and concern it. */
  readonly signals: readonly SignalReport[]
}

export interface RecollectOptions extends Partial<RecallQuestion> {
  /** Areas whose signals count; those of the agent's kind if left out. */
  readonly domains?: readonly string[]
}

const RECALLED = 8

/** Asks memory by what was observed, or by what the options say. */
export async function recollect(
  agent: Agent,
  observations: readonly Emitted<'observation'>[],
  { domains = agent.kind?.domains ?? [], ...question }: RecollectOptions = {},
): Promise<Recollection> {
  const text =
    question.text ?? observations.map(({ event }) => `${event.domain} ${event.content}`).join('\n')
  const limit = question.limit ?? agent.kind?.memory.recalled ?? RECALLED
  const { value: signals } = await agent.signals.inbox(domains)
  if (text === '' || limit === 0) return { recalled: [], signals }
  const { memories } = await agent.recall({ ...question, text, limit })
  return { recalled: memories, signals }
}
