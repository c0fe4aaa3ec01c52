import { composeServices, type Clock, type Logger, type Service } from '@waggle/base'
import type { Codec } from '@waggle/codec'
import {
  createRunner,
  savedAtStop,
  withSnapshots,
  type ProjectionRunner,
  type Snapshots,
} from '@waggle/consume'
import type { EventLog } from '@waggle/log'
import { createBankProjection, type BankOptions, type BankView } from '@waggle/reasoning-bank'
import { createResultPublisher } from '@waggle/view-coordination'
import { createViewTicker } from './view-ticker.ts'

export interface DistillerService extends Service {
  readonly runner: ProjectionRunner
  readonly view: BankView
}

export interface DistillerServiceOptions extends Omit<BankOptions, 'publisher'> {
  readonly log: EventLog
  readonly codec: Codec
  readonly clock: Clock
  readonly logger: Logger
  /** How often to look for idle partitions that hold up lessons, in milliseconds; never if left out or 0. */
  readonly tickMs?: number
  /** Where the bank is put away, so that it need not be folded from the start; not if left out. */
  readonly snapshots?: Snapshots | undefined
}

/**
 * Distils patterns from outcomes and says in the log what becomes of them. One process is enough; two say the same,
 * under the same numbers.
 */
export function createDistillerService(options: DistillerServiceOptions): DistillerService {
  const { log, codec } = options
  const publisher = createResultPublisher(log, codec, ['waggle.patterns.v1'])
  const projection = withSnapshots(createBankProjection({ ...options, publisher }), options)
  const runner = createRunner({ ...options, projection })
  const { tickMs = 0 } = options
  const ticker =
    tickMs === 0 ? [] : [createViewTicker(options, projection, 'distiller-ticker', tickMs)]
  return {
    ...composeServices('distiller', [
      savedAtStop('distiller', () => projection),
      runner,
      ...ticker,
    ]),
    runner,
    view: projection.view,
  }
}
