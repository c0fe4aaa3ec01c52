import { ROUTES } from '@waggle/api'
import { isForkRun, parsePosition } from '@waggle/event'
import { explain } from '@waggle/explain'
import { bindRoute } from '../bind-route.ts'
import type { GatewayApp, GatewayParts } from '../gateway-parts.ts'
import { openLogRead, saidBy } from '../read-log.ts'
import { readScope } from '../read-scope.ts'

/** Where a number comes from, as a pack that computes it again offline. */
export function bindExplainRoutes(
  app: GatewayApp,
  { bus, readers, certified }: GatewayParts,
): void {
  bindRoute(app, ROUTES.explain, async ({ params, query }) => {
    const read = await openLogRead(bus, { swarm: params['swarm']!, query })
    const scope = readScope(bus, readers, params['swarm']!, query)
    const bank = async () => (await scope.view('bank', (view) => view)).data
    const { log: bytes, vault } = bus
    // The bank of a fork with what it inherited is made from the fork's own log.
    const kept = isForkRun(scope.run) ? {} : { bank }
    const source = { ...read.source, ...kept, bytes, asOf: read.asOf, vault }
    const pack = await explain({ ...source, certified: await certified?.() }, query.claim)
    const cited = pack.events.map(({ position }) => ({ position: parsePosition(position)! }))
    return { data: pack, ...(await saidBy(read, cited)) }
  })
}
