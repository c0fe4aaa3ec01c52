import { composeServices, type Clock, type Logger, type Service } from '@waggle/base'
import type { Codec } from '@waggle/codec'
import { createRunner, type ProjectionRunner } from '@waggle/consume'
import type { EventLog } from '@waggle/log'
import {
  createBankProjection,
  type BankOptions,
  type BankProjection,
  type BankView,
} from '@waggle/reasoning-bank'
import { createResultPublisher } from '@waggle/view-coordination'

export interface DistillerService extends Service {
  readonly runner: ProjectionRunner
  readonly view: BankView
  /** Partitions that need a tick for lessons to count: for a ticker. */
  readonly projection: BankProjection
}

export interface DistillerServiceOptions extends Omit<BankOptions, 'publisher'> {
  readonly log: EventLog
  readonly codec: Codec
  readonly clock: Clock
  readonly logger: Logger
}

/**
 * Distils patterns from outcomes and says in the log what becomes of them. One process is enough; two say the same,
 * under the same numbers.
 */
export function createDistillerService(options: DistillerServiceOptions): DistillerService {
  const { log, codec } = options
  const publisher = createResultPublisher(log, codec, ['waggle.patterns.v1'])
  const projection = createBankProjection({ ...options, publisher })
  const runner = createRunner({ ...options, projection })
  return { ...composeServices('distiller', [runner]), runner, view: projection.view, projection }
}
