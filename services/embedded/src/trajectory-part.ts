import type { Service } from '@waggle/base'
import { createRunner, type ProjectionRunner, type RunnerOptions } from '@waggle/consume'
import {
  createMemoryIndexStore,
  createTrajectoryProjection,
  type TrajectoryIndex,
} from '@waggle/replay'
import { trajectoryIndexPath, type EmbeddedConfig } from './config.ts'

export interface TrajectoryService extends Service {
  readonly runner: ProjectionRunner
  readonly index: TrajectoryIndex
}

/** The trajectory index, kept as the log is: beside it, or in memory. Undefined where it is off. */
export async function trajectoryPart(
  config: EmbeddedConfig,
  parts: Omit<RunnerOptions, 'projection'>,
): Promise<TrajectoryService | undefined> {
  if (config.trajectoryIndex === 'off') return undefined
  const store =
    config.log === 'memory'
      ? createMemoryIndexStore()
      : (await import('@waggle/replay/lmdb')).openLmdbIndexStore(trajectoryIndexPath(config))
  const projection = createTrajectoryProjection({ store, log: parts.log })
  const runner = createRunner({ ...parts, projection })
  return {
    name: projection.name,
    runner,
    index: projection.index,
    start: () => runner.start(),
    stop: async () => {
      await runner.stop()
      await store.close()
    },
  }
}
