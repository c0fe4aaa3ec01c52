/** The swarm: who they are, what they do, and what their votes weigh. */
export const AGENTS = {
  'market-feed': { role: 'market-feed', weight: 0, capabilities: ['bars'] },
  'market-hunter': { role: 'market-hunter', weight: 1, capabilities: ['trend', 'mean-reversion'] },
  'sentiment-analyzer': {
    role: 'sentiment-analyzer',
    weight: 1,
    capabilities: ['volatility-regime'],
  },
  'portfolio-optimizer': { role: 'portfolio-optimizer', weight: 1, capabilities: ['allocation'] },
  'risk-manager': { role: 'risk-manager', weight: 1.5, capabilities: ['limits', 'judging'] },
  'trade-executor': { role: 'trade-executor', weight: 0.5, capabilities: ['orders'] },
  conductor: { role: 'conductor', weight: 0, capabilities: ['checkpoints'] },
} as const

export type AgentName = keyof typeof AGENTS
export const AGENT_NAMES = Object.keys(AGENTS) as AgentName[]

/** Everyone but the optimizer, who proposes, may vote. */
export const VOTERS = [
  'market-hunter',
  'sentiment-analyzer',
  'risk-manager',
  'trade-executor',
] as const
export type VoterName = (typeof VOTERS)[number]
