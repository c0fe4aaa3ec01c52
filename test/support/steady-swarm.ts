import { isWaggleError } from '@waggle/base'
import type { AnyDraft, Emitter } from '@waggle/emit'
import type { ClusterBus } from '@waggle-services/cluster'

export const STEADY = { swarm: 'steady', run: null }

export interface SteadySwarm {
  /** Rounds that every agent has finished. */
  readonly rounds: number
  stop(): Promise<void>
}

/**
 * Agents that decide, observe, take and give back a lock and vote, round after round, until they are
 * stopped. Appends that a broken log does not take are given up: what counts is what the log has.
 */
export async function startSteadySwarm(bus: ClusterBus, agents = 6): Promise<SteadySwarm> {
  const emitters = await Promise.all(
    Array.from({ length: agents }, async (_, index) => {
      const agent = `agent-${index}`
      const emitter = bus.emitter({ ...STEADY, agent, session: `steady/${agent}` })
      await emitter.emit({ kind: 'agent', op: 'JOINED', role: 'steady', weight: 1 })
      return emitter
    }),
  )
  let stopping = false
  const done = emitters.map(() => 0)
  const working = emitters.map(async (emitter, index) => {
    while (!stopping) {
      await oneRound(emitter, index, done[index]!).catch((error: unknown) => {
        if (!isWaggleError(error, 'LOG_UNAVAILABLE')) throw error
      })
      done[index] = done[index]! + 1
    }
  })
  return {
    get rounds() {
      return Math.min(...done)
    },
    stop: async () => {
      stopping = true
      await Promise.all(working)
    },
  }
}

async function oneRound(emitter: Emitter, index: number, round: number): Promise<void> {
  const agent = `agent-${index}`
  const proposal = `p-${index}-${round}`
  const drafts: AnyDraft[] = [
    { kind: 'observation', domain: 'steady', source: 'test', content: `round ${round}` },
    { kind: 'decision', action: 'HOLD', context: '{}', reasoning: 'steady', confidence: 0.5 },
    {
      kind: 'lock_command',
      op: 'ACQUIRE',
      resource: `book-${index % 3}`,
      request: `${agent} ${round}`,
      lease_ms: 1000,
    },
    {
      kind: 'proposal',
      proposal,
      question: 'go on?',
      electorate: [{ agent, weight: 1 }],
      deadline_at: 4_000_000_000_000_000,
    },
    { kind: 'vote', proposal, choice: 'approve', confidence: 1, reasoning: 'yes' },
  ]
  await emitter.emitAll(drafts)
}
