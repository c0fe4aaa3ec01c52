import type { Emitted } from '@waggle/emit'
import type { ContextWindow, RecalledMemory, WindowMemory } from '@waggle/memory'
import type { Worked, WorkedQuery } from '@waggle/reasoning-bank'
import type { SignalReport } from '@waggle/view-coordination'
import type { Agent } from './agent.ts'
import type { RecallQuestion } from './memories.ts'
import { wordsOf } from './words-of.ts'
import type { WindowedTurn } from './working.ts'

/** What an agent knows of situations like this one. */
export interface Recollection {
  /** Memories that fit, best first. */
  readonly recalled: readonly RecalledMemory[]
  /** What worked in states like this one and what failed, by realised outcomes. */
  readonly worked: Worked
  /** Signals that are active and concern it. */
  readonly signals: readonly SignalReport[]
  /** The conversation and the memories that fit into the token budget, if a conversation was named. */
  readonly window: ContextWindow<WindowedTurn, WindowMemory> | undefined
}

export interface RecollectOptions extends Partial<RecallQuestion> {
  /** Areas whose signals count; those of the agent's kind if left out. */
  readonly domains?: readonly string[]
  /** What the bank is asked; what was observed if left out. */
  readonly bank?: Partial<WorkedQuery>
  /** Conversation that the context window is made of. */
  readonly conversation?: string
  /** Goes before all else in the window. */
  readonly system?: string
  /** Tokens of the window; those of the agent's kind if left out. */
  readonly tokenBudget?: number
}

const RECALLED = 8
const TOKEN_BUDGET = 4000

/** Asks memory by what was observed, or by what the options say. */
export async function recollect(
  agent: Agent,
  observations: readonly Emitted<'observation'>[],
  options: RecollectOptions = {},
): Promise<Recollection> {
  const { domains = agent.kind?.domains ?? [], bank, conversation, system, tokenBudget } = options
  const { value: signals } = await agent.signals.inbox(domains)
  const recalled = await recalledFor(agent, observations, options)
  const worked = agent.bank.isKept
    ? (await agent.bank.whatWorked({ ...stateOf(observations), ...bank })).value
    : { worked: [], failed: [] }
  const window =
    conversation === undefined
      ? undefined
      : await agent.working.window(conversation, {
          budget: tokenBudget ?? agent.kind?.memory.tokenBudget ?? TOKEN_BUDGET,
          memories: recalled.map((memory) => ({
            id: memory.id,
            text: wordsOf(memory),
            score: memory.score,
          })),
          ...(system === undefined ? {} : { system }),
        })
  return { recalled, worked, signals, window }
}

async function recalledFor(
  agent: Agent,
  observations: readonly Emitted<'observation'>[],
  options: RecollectOptions,
): Promise<readonly RecalledMemory[]> {
  const { domains: _d, bank: _b, conversation: _c, system: _s, tokenBudget: _t, ...asked } = options
  const observed = observations.map(({ event }) => `${event.domain} ${event.content}`)
  const text = asked.text ?? observed.join('\n')
  const limit = asked.limit ?? agent.kind?.memory.recalled ?? RECALLED
  if (text === '' || limit === 0) return []
  return (await agent.recall({ ...asked, text, limit })).memories
}

/** The state of the world that a decision resting on these observations is made in. */
function stateOf(observations: readonly Emitted<'observation'>[]): Partial<WorkedQuery> {
  const [first] = observations
  if (first === undefined) return {}
  const { domain, instrument } = first.event
  const features = Object.assign({}, ...observations.map(({ event }) => event.features)) as Record<
    string,
    number
  >
  return { domain, features, ...(instrument === null ? {} : { instrument }) }
}
