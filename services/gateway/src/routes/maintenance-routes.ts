import { ROUTES } from '@waggle/api'
import { bindRoute } from '../bind-route.ts'
import type { GatewayApp, GatewayParts } from '../gateway-parts.ts'
import { findSurplus, removeSurplus } from '../optimise-memory.ts'
import { runIn } from '../read-scope.ts'

/** Cleaning up and optimising memory; a dry run says what would change. */
export function bindMaintenanceRoutes(app: GatewayApp, { bus, sessions }: GatewayParts): void {
  bindRoute(app, ROUTES.maintainMemory, async ({ params, query, body, principal }) => {
    const scope = { swarm: params['swarm']!, run: runIn(query) }
    const { what, dry_run: dryRun = false } = body
    const { view, runner } = bus.memory
    await runner.caughtUp(TIMEOUT_MS)
    if (what === 'optimise') {
      const surplus = await findSurplus(view, scope)
      return { data: await removeSurplus(sessions, principal, scope, surplus, dryRun) }
    }
    const { lookedAt, dropped, kept } = view.cleanUp(scope, { dryRun })
    const text =
      `${dropped} of ${lookedAt} episodes are in no answer any more and ` +
      (dryRun ? 'would be dropped' : 'were dropped') +
      `; ${kept} are forgotten and stay for answers about earlier times. The log keeps all of them.`
    return { data: { looked_at: lookedAt, changed: dropped, text } }
  })
}

const TIMEOUT_MS = 30_000
