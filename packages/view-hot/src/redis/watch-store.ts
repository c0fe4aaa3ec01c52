import { createPeriodic, type Clock, type Logger, type Service } from '@waggle/base'
import type { ProjectionRunner } from '@waggle/consume'
import type { RedisProjection } from './project-redis.ts'

export interface StoreWatchOptions {
  readonly projection: RedisProjection
  readonly runner: Pick<ProjectionRunner, 'status' | 'pause' | 'resume'>
  readonly clock: Clock
  readonly logger: Logger
  /** Milliseconds between two looks. */
  readonly intervalMs?: number
}

const INTERVAL_MS = 1000

/**
 * Looks whether Redis still has what was applied. A write notices a loss by itself; this notices it where
 * no events come, and sends the runner back to the stored positions. Stop it before the runner.
 */
export function createStoreWatch(options: StoreWatchOptions): Service {
  const { projection, runner, clock, logger, intervalMs = INTERVAL_MS } = options
  const look = async (): Promise<void> => {
    if ((await runner.status()).state !== 'running' || !(await projection.hasLost())) return
    logger.warn({ projection: projection.name }, 'Redis has lost data: projecting them again')
    await runner.pause()
    await runner.resume()
  }
  // The runner meets the same trouble and reports it.
  const task = (): Promise<void> => look().catch(() => {})
  return createPeriodic({ name: 'hot-store-watch', clock, intervalMs, task })
}
