import { WaggleError, type Micros } from '@waggle/base'
import type {
  BankView,
  Calibration,
  PatternFilter,
  PatternReport,
  Worked,
  WorkedQuery,
} from '@waggle/reasoning-bank'
import { readView, type Answer, type ReadOptions, type ViewSource } from '@waggle/query'
import type { OwnBus } from './own-bus.ts'

/** What realised outcomes taught the swarm, as one agent asks for it. */
export interface Bank {
  /** Whether the bus keeps one. */
  readonly isKept: boolean
  /** Patterns of situations like this one, best first, with the events they rest on. */
  whatWorked(
    query: Omit<WorkedQuery, 'limit'> & { readonly limit?: number },
    options?: BankReadOptions,
  ): Promise<Answer<Worked>>
  patterns(filter?: PatternFilter, options?: ReadOptions): Promise<Answer<PatternReport[]>>
  /** NOT_FOUND for a pattern there is not. */
  explain(pattern: string, asOf?: Micros, options?: ReadOptions): Promise<Answer<PatternReport>>
  /** How well this agent's confidence fits what came; another's, or all agents' for null. */
  calibration(
    agent?: string | null,
    asOf?: Micros,
    options?: ReadOptions,
  ): Promise<Answer<Calibration>>
}

export interface BankReadOptions extends ReadOptions {
  /** Notes in the log which patterns were given, as evidence of what the agent knew; yes if left out. */
  readonly record?: boolean
}

const LIMIT = 5

/** CONFIG_INVALID where the bus has no bank. */
export function createBank(own: OwnBus): Bank {
  const bankOf = (): ViewSource<BankView> => {
    if (own.bank !== undefined) return own.bank
    throw new WaggleError('CONFIG_INVALID', 'This bus keeps no ReasoningBank')
  }
  return {
    isKept: own.bank !== undefined,
    whatWorked: async ({ limit = LIMIT, ...query }, { record = true, ...read } = {}) => {
      const startedAt = own.clock.now()
      const answer = await readView(
        bankOf(),
        (view) => view.whatWorked(own, { ...query, limit }),
        own.fresh(read),
      )
      const given = [...answer.value.worked, ...answer.value.failed]
      if (record && given.length > 0) {
        await own.emitter.emit({
          kind: 'recall',
          query: JSON.stringify(query),
          namespaces: [],
          found: given.map(({ id, returns }) => ({ memory: `pattern:${id}`, score: returns.low })),
          asked_for: limit,
          as_of: query.asOf ?? null,
          latency_us: Math.max(0, own.clock.now() - startedAt),
        })
      }
      return answer
    },
    patterns: (filter, options) =>
      readView(bankOf(), (view) => view.patterns(own, filter), own.fresh(options)),
    explain: async (pattern, asOf, options) => {
      const answer = await readView(
        bankOf(),
        (view) => view.explain(own, pattern, asOf),
        own.fresh(options),
      )
      const { value } = answer
      if (value !== undefined) return { ...answer, value }
      throw new WaggleError('NOT_FOUND', `There is no pattern ${pattern}`, { input: pattern })
    },
    calibration: (agent = own.agent, asOf, options) =>
      readView(
        bankOf(),
        (view) => view.calibration(own, agent ?? undefined, asOf),
        own.fresh(options),
      ),
  }
}
