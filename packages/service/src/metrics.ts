import { collectDefaultMetrics, Gauge, Registry } from 'prom-client'
import type { Health } from './health.ts'
import type { Traffic } from './traffic.ts'
import { requestDurations, trafficMetrics } from './traffic-metrics.ts'

export interface Metrics {
  readonly contentType: string
  /** Looks at the service and writes its metrics down, all of one moment. */
  scrape(): Promise<string>
}

/** Prometheus metrics of a service; `health` and `traffic` are asked at every scrape. */
export function createMetrics(
  service: string,
  health: () => Promise<Health>,
  traffic: () => Traffic | undefined = () => undefined,
): Metrics {
  const registry = new Registry()
  registry.setDefaultLabels({ service })
  collectDefaultMetrics({ register: registry })
  const registers = [registry]
  const gauge = (name: string, help: string, labelNames: string[] = []): Gauge =>
    new Gauge({ name, help, labelNames, registers })

  const up = gauge('waggle_service_up', '1 while nothing is wrong, else 0')
  const logUp = gauge('waggle_log_up', '1 while the broker answers, else 0')
  const pending = gauge('waggle_log_pending_bytes', 'Bytes of appends not acknowledged yet')
  const skipped = gauge('waggle_log_skipped_offsets', 'Offsets passed that had no record')
  const rebuilds = gauge('waggle_log_rebuilds', 'Clients of the broker made anew since the start')
  const lag = gauge('waggle_projection_lag_records', 'Records not applied yet', ['projection'])
  const refused = gauge('waggle_projection_refused_records', 'Records sent to the dead letters', [
    'projection',
  ])
  const partitions = gauge('waggle_projection_partitions', 'Partitions projected here', [
    'projection',
  ])
  const state = gauge('waggle_projection_state', '1 for the state a projection is in', [
    'projection',
    'state',
  ])
  const look = async (): Promise<void> => {
    const now = await health()
    up.set(now.state === 'ok' ? 1 : 0)
    logUp.set(now.log?.state === 'up' ? 1 : 0)
    pending.set(now.log?.pendingBytes ?? 0)
    skipped.set(Number(now.log?.skippedOffsets ?? 0))
    rebuilds.set(now.log?.rebuilds ?? 0)
    state.reset()
    for (const projection of now.projections) {
      lag.set({ projection: projection.name }, Number(projection.lag))
      partitions.set({ projection: projection.name }, projection.partitions)
      refused.set({ projection: projection.name }, projection.refused)
      state.set({ projection: projection.name, state: projection.state }, 1)
    }
  }
  const lookAtTraffic = trafficMetrics(registry)
  return {
    contentType: registry.contentType,
    scrape: async () => {
      await look()
      const asked = traffic()
      lookAtTraffic(asked)
      return `${await registry.metrics()}\n${requestDurations(service, asked?.requests ?? [])}`
    },
  }
}
