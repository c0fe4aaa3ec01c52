import { composeServices, type Clock, type Logger, type Micros, type Service } from '@waggle/base'
import type { Codec } from '@waggle/codec'
import {
  createSwitchableRunner,
  savedAtStop,
  snapshotsOfLive,
  type Snapshots,
  type SwitchableRunner,
} from '@waggle/consume'
import type { EventLog } from '@waggle/log'
import {
  createCoordinationProjection,
  createResultPublisher,
  mutedWhile,
  type CoordinationProjection,
  type CoordinationView,
} from '@waggle/view-coordination'
import { createTicker } from './ticker.ts'

export interface CoordinatorService extends Service {
  readonly runner: SwitchableRunner<CoordinationProjection>
  readonly view: CoordinationView
}

export interface CoordinatorServiceOptions {
  readonly log: EventLog
  readonly codec: Codec
  readonly clock: Clock
  readonly logger: Logger
  /** How often to look for what is over in idle partitions, in milliseconds; never if left out or 0. */
  readonly tickMs?: number
  /** Where the view is put away, so that it need not be folded from the start; not if left out. */
  readonly snapshots?: Snapshots | undefined
}

/** Decides proposals and locks by the log, and says so in the log. */
export function createCoordinatorService(options: CoordinatorServiceOptions): CoordinatorService {
  const { log, codec } = options
  const publisher = createResultPublisher(log, codec)
  const runner = createSwitchableRunner({
    ...options,
    make: snapshotsOfLive(
      (isMuted) => createCoordinationProjection(mutedWhile(isMuted, publisher)),
      options,
    ),
  })
  const projection = { due: (by: Micros) => runner.projection.due(by) }
  const { tickMs = 0 } = options
  const ticker = tickMs === 0 ? [] : [createTicker({ ...options, projection, intervalMs: tickMs })]
  const parts = [savedAtStop('coordinator', () => runner.projection), runner, ...ticker]
  return {
    ...composeServices('coordinator', parts),
    runner,
    get view() {
      return runner.projection.view
    },
  }
}
