import type { Clock, Logger, Service } from '@waggle/base'
import type { Codec } from '@waggle/codec'
import { createRunner, type ProjectionRunner } from '@waggle/consume'
import type { EventLog } from '@waggle/log'
import {
  createCoordinationProjection,
  createResultPublisher,
  type CoordinationView,
} from '@waggle/view-coordination'

export interface CoordinatorService extends Service {
  readonly runner: ProjectionRunner
  readonly view: CoordinationView
}

export interface CoordinatorServiceOptions {
  readonly log: EventLog
  readonly codec: Codec
  readonly clock: Clock
  readonly logger: Logger
}

/** Decides proposals and locks by the log, and says so in the log. */
export function createCoordinatorService(options: CoordinatorServiceOptions): CoordinatorService {
  const { log, codec } = options
  const projection = createCoordinationProjection(createResultPublisher(log, codec))
  const runner = createRunner({ ...options, projection })
  return {
    name: 'coordinator',
    runner,
    view: projection.view,
    start: () => runner.start(),
    stop: () => runner.stop(),
  }
}
