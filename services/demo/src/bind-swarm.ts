import { readView } from '@waggle/query'
import type { DemoHost, DemoScope } from './demo-host.ts'
import type { MarketClock, SwarmBus } from './swarm-bus.ts'

/** What the swarm needs of its host; a fork gives the same. */
export type SwarmHost = Pick<DemoHost, 'coordination' | 'memory' | 'emitter' | 'stateOf'>

const CATCH_UP_MS = 300_000

/** The bus as the swarm sees it: one run of one swarm, on the market's clock. */
export function bindSwarm(host: SwarmHost, clock: MarketClock, scope: DemoScope): SwarmBus {
  let read: Promise<void> | undefined
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
    recall: async (question, after) => {
      const asOf = clock.now()
      // A swarm that goes on has to find what it learned before.
      await (read ??= host.memory.runner.caughtUp(CATCH_UP_MS))
      const { namespace, ...asked } = question
      const { value: memories } = await readView(
        host.memory,
        (view) =>
          view.recall(scope, { ...asked, namespaces: [namespace], kinds: ['experience'], asOf }),
        { after },
      )
      return { memories, asOf }
    },
    conductorState: () => host.stateOf(scope, 'conductor'),
  }
}
