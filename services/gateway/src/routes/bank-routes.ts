import { ROUTES } from '@waggle/api'
import type { PatternFilter } from '@waggle/reasoning-bank'
import { bindRoute } from '../bind-route.ts'
import type { GatewayApp, GatewayParts } from '../gateway-parts.ts'
import { calibrationJson, patternJson } from '../json/bank-json.ts'
import { readScope } from '../read-scope.ts'

/** What outcomes taught. VIEW_MISCONFIGURED (501) where the bus keeps no bank. */
export function bindBankRoutes(app: GatewayApp, { bus, readers }: GatewayParts): void {
  bindRoute(app, ROUTES.patterns, async ({ params, query }) => {
    const scope = readScope(bus, readers, params['swarm']!, query)
    const filter = query.status === undefined ? {} : { status: query.status.toUpperCase() }
    return scope.view('bank', (view) =>
      view.patterns(scope, filter as PatternFilter).map(patternJson),
    )
  })
  bindRoute(app, ROUTES.calibration, async ({ params, query }) => {
    const scope = readScope(bus, readers, params['swarm']!, query)
    return scope.view('bank', (view) => calibrationJson(view.calibration(scope, query.agent)))
  })
}
