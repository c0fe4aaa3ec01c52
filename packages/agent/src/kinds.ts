import { WaggleError } from '@waggle/base'

/** What agents of a kind are for, and what they begin with. */
export interface AgentKind {
  readonly name: string
  /** Role that it joins the registry under. */
  readonly role: string
  readonly capabilities: readonly string[]
  /** Areas whose signals it hears and whose lessons it asks for. */
  readonly domains: readonly string[]
  readonly memory: {
    /** Memories that a cycle recalls at most. */
    readonly recalled: number
    /** Tokens of the context window. */
    readonly tokenBudget: number
    /** Share of recalls that are noted in the log as evidence, 0 to 1. */
    readonly recallSampling: number
  }
}

const MEMORY = { recalled: 8, tokenBudget: 4000, recallSampling: 1 } as const

const EXAMPLES: readonly AgentKind[] = [
  {
    name: 'market-hunter',
    role: 'market-hunter',
    capabilities: ['observe-market', 'detect-opportunity', 'signal'],
    domains: ['trend', 'momentum', 'volume'],
    memory: MEMORY,
  },
  {
    name: 'risk-manager',
    role: 'risk-manager',
    capabilities: ['assess-risk', 'veto', 'signal'],
    domains: ['risk', 'volatility', 'exposure'],
    memory: { ...MEMORY, recalled: 16 },
  },
  {
    name: 'trade-executor',
    role: 'trade-executor',
    capabilities: ['execute-order', 'lock-resource'],
    domains: ['execution', 'liquidity'],
    memory: { ...MEMORY, recalled: 4, tokenBudget: 2000 },
  },
  {
    name: 'portfolio-optimizer',
    role: 'portfolio-optimizer',
    capabilities: ['allocate', 'rebalance', 'propose'],
    domains: ['portfolio', 'risk', 'correlation'],
    memory: { ...MEMORY, tokenBudget: 8000 },
  },
  {
    name: 'sentiment-analyzer',
    role: 'sentiment-analyzer',
    capabilities: ['read-news', 'score-sentiment', 'signal'],
    domains: ['news', 'sentiment'],
    memory: { ...MEMORY, tokenBudget: 8000 },
  },
]

/** Kinds of agents by name; open for others. */
export interface KindRegistry {
  /** INPUT_INVALID for a name that is taken. */
  registerKind(kind: AgentKind): void
  /** INPUT_INVALID that lists the known ones. */
  kindOf(name: string): AgentKind
  names(): string[]
}

/** An empty register of kinds of agents. */
export function createKinds(): KindRegistry {
  const known = new Map(EXAMPLES.map((kind) => [kind.name, kind]))
  return {
    registerKind: (kind) => {
      if (known.has(kind.name)) {
        throw new WaggleError('INPUT_INVALID', `There is a kind of agent named ${kind.name}`, {
          field: 'name',
          input: kind.name,
        })
      }
      known.set(kind.name, kind)
    },
    kindOf: (name) => {
      const kind = known.get(name)
      if (kind !== undefined) return kind
      const names = [...known.keys()].join(', ')
      throw new WaggleError(
        'INPUT_INVALID',
        `No kind of agent is named ${name}; there are ${names}`,
        { field: 'kind', input: name },
      )
    },
    names: () => [...known.keys()],
  }
}
