import type { Clock, Logger, Service } from '@waggle/base'
import type { Codec } from '@waggle/codec'
import { createPacedLog, createRunner, type PacedLog, type ProjectionRunner } from '@waggle/consume'
import type { EventLog } from '@waggle/log'
import {
  createAnalyticsProjection,
  createAnalyticsView,
  createDeadLetterFeed,
  type AnalyticsStore,
  type AnalyticsView,
  type DeadLetterFeed,
} from '@waggle/view-analytics'

export interface AnalyticsService extends Service {
  readonly runner: ProjectionRunner
  readonly view: AnalyticsView
  /** Fills the table of what was refused. */
  readonly deadLetters: DeadLetterFeed
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
  const pacedLetters = createPacedLog(options.log, options.clock, restMs)
  const letters = createDeadLetterFeed({ ...options, store, log: pacedLetters.log })
  return {
    name: 'analytics',
    view: createAnalyticsView(store),
    runner: hurried(runner, paced),
    deadLetters: {
      ...letters,
      caughtUp: (timeoutMs) => {
        pacedLetters.hurry()
        return letters.caughtUp(timeoutMs)
      },
    },
    start: async () => {
      await runner.start()
      await letters.start()
    },
    stop: async () => {
      await letters.stop()
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
