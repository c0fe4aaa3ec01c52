import { readView } from '@waggle/query'
import type { EmbeddedBus } from '@waggle-services/embedded'
import type { MarketClock, SwarmBus } from './swarm-bus.ts'

export interface DemoScope {
  readonly swarm: string
  readonly run: string
}

/** The embedded bus as the swarm sees it. */
export function createSwarmBus(bus: EmbeddedBus, clock: MarketClock, scope: DemoScope): SwarmBus {
  return {
    emitter: (agent, lastSeq) =>
      bus.emitter({
        ...scope,
        agent,
        session: `${scope.swarm}/${scope.run}/${agent}`,
        lastSeq,
        clock,
      }),
    proposalStatus: async (proposal, after) => {
      const { value } = await readView(
        bus.coordinator,
        (view) => view.proposal(scope, proposal)?.status ?? 'PENDING',
        { after },
      )
      return value
    },
    lockToken: async (resource, agent, request, after) => {
      const { value } = await readView(
        bus.coordinator,
        (view) => view.lockRequest(scope, resource, { agent, request })?.token ?? null,
        { after },
      )
      return value
    },
    conductorState: async () =>
      bus.hot.view.agentState(scope, 'conductor', 'CHECKPOINT')?.event.state,
  }
}
