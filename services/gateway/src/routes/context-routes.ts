import { ROUTES } from '@waggle/api'
import { agentSight } from '../agent-sight.ts'
import { bindRoute } from '../bind-route.ts'
import type { GatewayApp, GatewayParts } from '../gateway-parts.ts'
import { authorize } from '../principal.ts'
import { readCosts } from '../read-costs.ts'
import { readScope } from '../read-scope.ts'

/** What an agent sees. */
export function bindContextRoutes(app: GatewayApp, { bus, readers }: GatewayParts): void {
  bindRoute(app, ROUTES.agentContext, async ({ params, query, principal }) => {
    const { swarm, agent } = params as { swarm: string; agent: string }
    // What an agent keeps for itself is for tokens that may speak as it.
    authorize(principal, { verb: null, agent })
    const scope = readScope(bus, readers, swarm, query)
    return agentSight(bus, scope, {
      agent,
      limit: query.limit,
      costs: await readCosts(bus, swarm, query),
    })
  })
}
