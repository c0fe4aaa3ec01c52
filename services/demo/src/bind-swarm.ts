import { readView } from '@waggle/query'
import type { DemoHost, DemoScope } from './demo-host.ts'
import type { MarketClock, SwarmBus } from './swarm-bus.ts'

/** What the swarm needs of its host; a fork gives the same. */
export type SwarmHost = Pick<DemoHost, 'coordination' | 'emitter' | 'stateOf'>

/** The bus as the swarm sees it: one run of one swarm, on the market's clock. */
export function bindSwarm(host: SwarmHost, clock: MarketClock, scope: DemoScope): SwarmBus {
  return {
    emitter: (agent, lastSeq) => {
      const session = `${scope.swarm}/${scope.run}/${agent}`
      return host.emitter({ ...scope, agent, session, lastSeq, clock })
    },
    proposalStatus: async (proposal, after) => {
      const { value } = await readView(
        host.coordination,
        (view) => view.proposal(scope, proposal)?.status ?? 'PENDING',
        { after },
      )
      return value
    },
    lockToken: async (resource, agent, request, after) => {
      const { value } = await readView(
        host.coordination,
        (view) => view.lockRequest(scope, resource, { agent, request })?.token ?? null,
        { after },
      )
      return value
    },
    conductorState: () => host.stateOf(scope, 'conductor'),
  }
}
