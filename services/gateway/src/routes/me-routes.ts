import { ROUTES } from '@waggle/api'
import { bindRoute } from '../bind-route.ts'
import type { GatewayApp, GatewayParts } from '../gateway-parts.ts'
import { covers } from '../principal.ts'
import { swarmsSeen } from '../run-scopes.ts'

/** What a token may do, and which swarms there are for it. */
export function bindMeRoutes(app: GatewayApp, { bus, version, embedded }: GatewayParts): void {
  bindRoute(app, ROUTES.whoami, ({ principal }) => {
    const { name, swarms, agents, verbs } = principal
    const visible = swarmsSeen(bus).filter((swarm) => covers(swarms, swarm))
    const rights = { swarms: [...swarms], agents: [...agents], verbs: [...verbs] }
    return Promise.resolve({ data: { name, ...rights, visible, version, embedded } })
  })
}
