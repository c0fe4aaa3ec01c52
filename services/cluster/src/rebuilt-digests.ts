import type { Clock, Logger } from '@waggle/base'
import type { Codec } from '@waggle/codec'
import { createRunner, type Projection } from '@waggle/consume'
import type { EventLog } from '@waggle/log'
import {
  createAnalyticsProjection,
  createAnalyticsView,
  type AnalyticsStore,
} from '@waggle/view-analytics'
import { createCoordinationProjection } from '@waggle/view-coordination'
import { createHotProjection } from '@waggle/view-hot'

export interface RebuildOptions {
  readonly log: EventLog
  readonly codec: Codec
  readonly clock: Clock
  readonly logger: Logger
  /** An empty store for the rebuilt tables. */
  readonly store: AnalyticsStore
  readonly timeoutMs: number
}

/** The digests that the views must have: all of them projected again from the log, in this process. */
export async function rebuiltDigests(options: RebuildOptions): Promise<Record<string, string>> {
  const { store, timeoutMs, ...parts } = options
  const project = async <P extends Projection>(projection: P): Promise<P> => {
    const runner = createRunner({ ...parts, projection })
    await runner.start()
    await runner.caughtUp(timeoutMs)
    await runner.stop()
    return projection
  }
  const hot = await project(createHotProjection())
  const publisher = { publish: async () => {}, lookAgain: () => {} }
  const coordination = await project(createCoordinationProjection(publisher))
  await project(createAnalyticsProjection(store))
  return {
    'hot-view': await hot.digest(),
    coordination: await coordination.digest(),
    analytics: await createAnalyticsView(store).digest(),
  }
}
