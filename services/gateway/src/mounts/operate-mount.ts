import type { RunnerStatus } from '@waggle/consume'
import { createMetrics, healthOf, isReady, type Health, type Metrics } from '@waggle/service'
import { bearerOf } from '../doorkeeper.ts'
import type { GatewayApp, GatewayParts } from '../gateway-parts.ts'
import { authorize } from '../principal.ts'

/** A log in this process is up as long as the process is. */
const OWN_LOG = {
  state: 'up',
  reason: undefined,
  since: 0,
  pendingBytes: 0,
  skippedOffsets: 0n,
  rebuilds: 0,
} as const

/**
 * GET /health and /ready for who keeps the process running, without a token and without the reasons; GET /metrics
 * for Prometheus, with the verb read.
 */
export function mountOperate(app: GatewayApp, parts: GatewayParts): void {
  const { bus, doorkeeper, traffic } = parts
  const health = async (): Promise<Health> => {
    const projections: RunnerStatus[] = await Promise.all(
      bus.runners.map((runner) => runner.status()),
    )
    const log = parts.logStatus?.() ?? OWN_LOG
    const input = { service: 'gateway', stopping: false, waiting: undefined }
    return healthOf({ ...input, log, projections })
  }
  // Made with the first scrape: it watches the whole process from then on.
  let metrics: Metrics | undefined
  app.get('/health', async (c) => {
    const { service, state } = await health()
    return c.json({ service, state }, 200, { 'cache-control': 'no-store' })
  })
  app.get('/ready', async (c) => {
    const now = await health()
    const ready = isReady(now)
    return c.json({ ready, state: now.state }, ready ? 200 : 503, { 'cache-control': 'no-store' })
  })
  app.get('/metrics', async (c) => {
    authorize(doorkeeper.admit(bearerOf(c.req.header('authorization'))), { verb: 'read' })
    metrics ??= createMetrics('gateway', health, () => traffic.read())
    return c.body(await metrics.scrape(), 200, { 'content-type': metrics.contentType })
  })
}
