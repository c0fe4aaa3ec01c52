import { ROUTES } from '@waggle/api'
import { bindRoute } from '../bind-route.ts'
import type { GatewayApp, GatewayParts } from '../gateway-parts.ts'
import { agentJson } from '../json/agent-json.ts'
import { readScope } from '../read-scope.ts'

/** Agents, decisions, holdings, bars: what the hot view and the registry of agents say. */
export function bindSwarmRoutes(app: GatewayApp, { bus, readers }: GatewayParts): void {
  bindRoute(app, ROUTES.agents, async ({ params, query }) => {
    const scope = readScope(bus, readers, params['swarm']!, query)
    const status = query.left === true ? (['ALIVE', 'LOST', 'LEFT'] as const) : undefined
    return scope.view('coordination', (view) =>
      view.members(scope, status === undefined ? {} : { status }).map(agentJson),
    )
  })
}
