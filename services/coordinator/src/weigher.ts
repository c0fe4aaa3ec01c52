import { composeServices, type Service } from '@waggle/base'
import { createRunner, savedAtStop, withSnapshots, type ProjectionRunner } from '@waggle/consume'
import { partitionsOf } from '@waggle/log'
import {
  createResultPublisher,
  createWeightProjection,
  VERDICT_TOPIC,
} from '@waggle/view-coordination'
import type { CoordinatorServiceOptions } from './service.ts'
import { createTicker } from './ticker.ts'

export interface WeigherService extends Service {
  readonly runner: ProjectionRunner
}

/**
 * Learns the weights of agents from all verdicts, and says them in the registry. One process is enough; two
 * say the same, under the same numbers.
 */
export function createWeigherService(options: CoordinatorServiceOptions): WeigherService {
  const { log, codec } = options
  const publisher = createResultPublisher(log, codec, ['waggle.agents.v1'])
  const { length: partitions } = partitionsOf(log, [VERDICT_TOPIC])
  const projection = withSnapshots(createWeightProjection(publisher, partitions), options)
  const runner = createRunner({ ...options, projection })
  const { tickMs = 0 } = options
  const ticker = tickMs === 0 ? [] : [createTicker({ ...options, projection, intervalMs: tickMs })]
  const parts = [savedAtStop('weigher', () => projection), runner, ...ticker]
  return { ...composeServices('weigher', parts), runner }
}
