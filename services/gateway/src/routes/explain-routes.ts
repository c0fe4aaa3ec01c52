import { ROUTES } from '@waggle/api'
import { parsePosition } from '@waggle/event'
import { explain } from '@waggle/explain'
import { bindRoute } from '../bind-route.ts'
import type { GatewayApp, GatewayParts } from '../gateway-parts.ts'
import { openLogRead, saidBy } from '../read-log.ts'

/** Where a number comes from, as a pack that computes it again offline. */
export function bindExplainRoutes(app: GatewayApp, { bus }: GatewayParts): void {
  bindRoute(app, ROUTES.explain, async ({ params, query }) => {
    const read = await openLogRead(bus, { swarm: params['swarm']!, query })
    const { vault } = bus
    const pack = await explain({ ...read.source, asOf: read.asOf, vault }, query.claim)
    const cited = pack.events.map(({ position }) => ({ position: parsePosition(position)! }))
    return { data: pack, ...(await saidBy(read, cited)) }
  })
}
