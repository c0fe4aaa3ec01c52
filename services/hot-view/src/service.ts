import type { Clock, Logger, Service } from '@waggle/base'
import type { Codec } from '@waggle/codec'
import { createSwitchableRunner, type SwitchableRunner } from '@waggle/consume'
import type { EventLog } from '@waggle/log'
import { createHotProjection, type HotProjection, type HotView } from '@waggle/view-hot'

export interface HotViewService extends Service {
  readonly runner: SwitchableRunner<HotProjection>
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
  const runner = createSwitchableRunner({ ...options, make: createHotProjection })
  return {
    name: 'hot-view',
    runner,
    get view() {
      return runner.projection.view
    },
    start: () => runner.start(),
    stop: () => runner.stop(),
  }
}
