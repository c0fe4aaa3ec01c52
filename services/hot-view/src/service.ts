import { composeServices, type Clock, type Logger, type Service } from '@waggle/base'
import type { Codec } from '@waggle/codec'
import {
  createSwitchableRunner,
  savedAtStop,
  snapshotsOfLive,
  type Snapshots,
  type SwitchableRunner,
} from '@waggle/consume'
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
  /** Where the view is put away, so that it need not be folded from the start; not if left out. */
  readonly snapshots?: Snapshots | undefined
}

/** Keeps the hot view in this process. */
export function createHotViewService(options: HotViewServiceOptions): HotViewService {
  const make = snapshotsOfLive(createHotProjection, options)
  const runner = createSwitchableRunner({ ...options, make })
  const parts = [savedAtStop('hot-view', () => runner.projection), runner]
  return {
    ...composeServices('hot-view', parts),
    runner,
    get view() {
      return runner.projection.view
    },
  }
}
