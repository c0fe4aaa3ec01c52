import { ROUTES, type ProjectionJson } from '@waggle/api'
import { WaggleError } from '@waggle/base'
import type { ProjectionRunner } from '@waggle/consume'
import { bindRoute } from '../bind-route.ts'
import type { GatewayApp, GatewayParts } from '../gateway-parts.ts'
import { projectionJson } from '../operations/projection-json.ts'
import { createRateMeter } from '../operations/rate-meter.ts'
import { rebuildView } from '../operations/rebuild-view.ts'

/** Between the two looks that a first rate takes. */
const FIRST_LOOK_MS = 200

/** Views with how far they are, and their rebuild. */
export function bindProjectionRoutes(app: GatewayApp, parts: GatewayParts): void {
  const { bus, clock, logger } = parts
  const rates = createRateMeter(clock)
  const rebuilding = new Set<string>()

  const look = async (): Promise<ProjectionJson[]> => {
    const statuses = await Promise.all(bus.runners.map((runner) => runner.status()))
    return statuses.map((status) => projectionJson(status, rates))
  }

  bindRoute(app, ROUTES.projections, async ({ signal }) => {
    // Who asks once is told a rate, too.
    if (bus.runners.some(({ name }) => !rates.knows(name))) {
      await look()
      await clock.sleep(FIRST_LOOK_MS, signal)
    }
    const own = await look()
    const others = (await parts.otherProjections?.()) ?? []
    return { data: [...own, ...others], freshness: { position: '', age_ms: 0 } }
  })

  bindRoute(app, ROUTES.rebuildProjection, ({ params }) => {
    const name = params['name']!
    const runner = bus.runners.find((candidate) => candidate.name === name)
    if (runner === undefined) throw unknownProjection(name, bus.runners)
    if (rebuilding.has(name)) return Promise.resolve({ data: { started: false } })
    rebuilding.add(name)
    rebuildView(runner)
      .catch((err: unknown) => logger.error({ projection: name, err }, `rebuild of ${name} failed`))
      .finally(() => rebuilding.delete(name))
    return Promise.resolve({ data: { started: true } })
  })
}

function unknownProjection(name: string, runners: readonly ProjectionRunner[]): WaggleError {
  const names = runners.map((runner) => runner.name).join(', ')
  return new WaggleError('NOT_FOUND', `This process keeps no view ${name}; it keeps ${names}`, {
    input: name,
  })
}
