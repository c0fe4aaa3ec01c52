import { metrics, type Attributes } from '@opentelemetry/api'
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics'

export interface Measure {
  readonly name: string
  readonly unit: string
  readonly attributes: Attributes
  /** Of a counter its sum, of a histogram its data. */
  readonly value: unknown
}

/** What an application does to have its metrics: an SDK, registered whenever it likes. */
export function registerMeter(): { read(): Promise<Measure[]>; stop(): Promise<void> } {
  const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE)
  // Exports when it is told to.
  const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 })
  const provider = new MeterProvider({ readers: [reader] })
  metrics.setGlobalMeterProvider(provider)
  return {
    read: async () => {
      exporter.reset()
      await reader.forceFlush()
      return exporter
        .getMetrics()
        .flatMap(({ scopeMetrics }) => scopeMetrics)
        .flatMap(({ metrics: found }) => found)
        .flatMap(({ descriptor: { name, unit }, dataPoints }) =>
          dataPoints.map(({ attributes, value }) => ({ name, unit, attributes, value })),
        )
    },
    stop: async () => {
      metrics.disable()
      await provider.shutdown()
    },
  }
}
