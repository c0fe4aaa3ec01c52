import { DURATION_BUCKETS } from '@waggle/telemetry'
import { Counter, Gauge, type Registry } from 'prom-client'
import type { RequestCount, Traffic } from './traffic.ts'

/** Of those services that are asked over HTTP; the others print nothing of it. */
export function trafficMetrics(registry: Registry): (traffic: Traffic | undefined) => void {
  const registers = [registry]
  const requests = new Counter({
    name: 'waggle_gateway_requests_total',
    help: 'Requests answered',
    labelNames: ['method', 'route', 'status'],
    registers,
  })
  const readers = new Gauge({
    name: 'waggle_gateway_live_readers',
    help: 'Live tails that are open',
    labelNames: [],
    registers,
  })
  return (traffic) => {
    for (const metric of [requests, readers]) metric.reset()
    for (const { method, route, status, count } of traffic?.requests ?? [])
      requests.inc({ method, route, status: String(status) }, count)
    readers.set(traffic?.liveReaders ?? 0)
  }
}

const NAME = 'http_server_request_duration_seconds'

/**
 * http.server.request.duration in the names that OpenTelemetry gives it for Prometheus. Written down here, because the
 * counts come ready made, which a histogram of the library cannot take.
 */
export function requestDurations(service: string, requests: readonly RequestCount[]): string {
  const lines = requests.flatMap(({ method, route, status, count, seconds, buckets }) => {
    const labels = `http_request_method="${escaped(method)}",http_route="${escaped(route)}",http_response_status_code="${status}",service="${escaped(service)}"`
    let below = 0
    const atMost = DURATION_BUCKETS.map((most, index) => {
      below += buckets[index] ?? 0
      return `${NAME}_bucket{le="${most}",${labels}} ${below}`
    })
    return [
      ...atMost,
      `${NAME}_bucket{le="+Inf",${labels}} ${count}`,
      `${NAME}_sum{${labels}} ${seconds}`,
      `${NAME}_count{${labels}} ${count}`,
    ]
  })
  const head = [`# HELP ${NAME} Time until answers began`, `# TYPE ${NAME} histogram`]
  return `${[...head, ...lines].join('\n')}\n`
}

function escaped(label: string): string {
  return label.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')
}
