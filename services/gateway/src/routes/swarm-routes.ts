import { ROUTES } from '@waggle/api'
import { bindRoute } from '../bind-route.ts'
import type { GatewayApp, GatewayParts } from '../gateway-parts.ts'
import { agentJson } from '../json/agent-json.ts'
import { holdingJson } from '../json/holding-json.ts'
import { covers } from '../principal.ts'
import { readCosts } from '../read-costs.ts'
import { readScope } from '../read-scope.ts'
import { runsOf, swarmsSeen } from '../run-scopes.ts'

/** Swarms, their runs, agents and holdings: what the hot view and the registry of agents say. */
export function bindSwarmRoutes(app: GatewayApp, { bus, readers }: GatewayParts): void {
  bindRoute(app, ROUTES.swarms, async ({ principal }) => {
    const visible = swarmsSeen(bus).filter((swarm) => covers(principal.swarms, swarm))
    const runs = await Promise.all(visible.map((swarm) => runsOf(bus, swarm)))
    return {
      data: runs.flat(),
      freshness: { position: '', age_ms: bus.hot.runner.progress.age / 1000 },
    }
  })

  bindRoute(app, ROUTES.swarm, async ({ params, query }) => {
    const swarm = params['swarm']!
    const scope = readScope(bus, readers, swarm, query)
    const read = await scope.view('hot', (view) => ({
      agents: view.agents(scope).filter(({ event }) => event.op !== 'LEFT').length,
      clock: view.clock(scope),
      instruments: view.instruments(scope),
    }))
    const runs = (await runsOf(bus, swarm)).map(({ run, parent, name }) => ({
      run: run ?? 'live',
      parent: name === null ? null : (parent ?? 'live'),
      name,
    }))
    return { ...read, data: { swarm, ...read.data, runs } }
  })

  bindRoute(app, ROUTES.agents, async ({ params, query }) => {
    const scope = readScope(bus, readers, params['swarm']!, query)
    const status = query.left === true ? (['ALIVE', 'LOST', 'LEFT'] as const) : undefined
    return scope.view('coordination', (view) =>
      view.members(scope, status === undefined ? {} : { status }).map(agentJson),
    )
  })

  bindRoute(app, ROUTES.holdings, async ({ params, query }) => {
    const scope = readScope(bus, readers, params['swarm']!, query)
    const costs = await readCosts(bus, params['swarm']!, query)
    return scope.view('hot', (view) =>
      view.holdings(scope).map((holding) => holdingJson(holding, costs)),
    )
  })
}
