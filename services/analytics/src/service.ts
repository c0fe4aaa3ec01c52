import type { Clock, Logger, Service } from '@waggle/base'
import type { Codec } from '@waggle/codec'
import { createPacedLog, createRunner, type PacedLog, type ProjectionRunner } from '@waggle/consume'
import type { EventLog } from '@waggle/log'
import {
  createAnalyticsProjection,
  createAnalyticsView,
  type AnalyticsStore,
  type AnalyticsView,
} from '@waggle/view-analytics'

export interface AnalyticsService extends Service {
  readonly runner: ProjectionRunner
  readonly view: AnalyticsView
}

export interface AnalyticsServiceOptions {
  readonly log: EventLog
  readonly codec: Codec
  readonly clock: Clock
  readonly logger: Logger
  readonly store: AnalyticsStore
  /** Rest between rounds, in milliseconds: longer makes fewer and larger inserts. */
  readonly restMs: number
}

/** Feeds ClickHouse. */
export function createAnalyticsService({
  store,
  restMs,
  ...options
}: AnalyticsServiceOptions): AnalyticsService {
  const paced = createPacedLog(options.log, options.clock, restMs)
  const runner = createRunner({
    ...options,
    log: paced.log,
    projection: createAnalyticsProjection(store),
  })
  return {
    name: 'analytics',
    view: createAnalyticsView(store),
    runner: hurried(runner, paced),
    start: () => runner.start(),
    stop: async () => {
      await runner.stop()
      await store.close()
    },
  }
}

/** Whoever waits for the view ends its rest. */
function hurried(runner: ProjectionRunner, paced: PacedLog): ProjectionRunner {
  const { name, projection, progress } = runner
  return {
    name,
    projection,
    progress,
    start: () => runner.start(),
    stop: () => runner.stop(),
    pause: () => runner.pause(),
    resume: () => runner.resume(),
    status: () => runner.status(),
    caughtUp: (timeoutMs) => {
      paced.hurry()
      return runner.caughtUp(timeoutMs)
    },
    rebuild: () => {
      paced.hurry()
      return runner.rebuild()
    },
  }
}
