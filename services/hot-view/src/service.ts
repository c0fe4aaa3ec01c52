import type { Clock, Logger, Service } from '@waggle/base'
import type { Codec } from '@waggle/codec'
import { createRunner, type ProjectionRunner } from '@waggle/consume'
import type { EventLog } from '@waggle/log'
import { createHotProjection, type HotView } from '@waggle/view-hot'

export interface HotViewService extends Service {
  readonly runner: ProjectionRunner
  readonly view: HotView
}

export interface HotViewServiceOptions {
  readonly log: EventLog
  readonly codec: Codec
  readonly clock: Clock
  readonly logger: Logger
}

/** Keeps the hot view in this process. */
export function createHotViewService(options: HotViewServiceOptions): HotViewService {
  const projection = createHotProjection()
  const runner = createRunner({ ...options, projection })
  return {
    name: 'hot-view',
    runner,
    view: projection.view,
    start: () => runner.start(),
    stop: () => runner.stop(),
  }
}
