import { createPeriodic, messageOf, type Clock, type Logger, type Service } from '@waggle/base'
import type { Codec } from '@waggle/codec'
import { tickPartitions } from '@waggle/emit'
import type { EventLog } from '@waggle/log'
import type { CoordinationProjection } from '@waggle/view-coordination'

export interface TickerOptions {
  readonly log: EventLog
  readonly codec: Codec
  readonly clock: Clock
  readonly logger: Logger
  readonly projection: Pick<CoordinationProjection, 'due'>
  /** Milliseconds between two looks. */
  readonly intervalMs: number
}

/** Producers' events may be this much behind: a tick must not make them late. */
const GRACE_MS = 1000

/**
 * Keeps idle partitions of the live run moving: where a deadline, a lease or a wait is over and no record
 * shows it, a tick does. Time stays the log's: what ends, ends at the tick, for whoever recounts.
 */
export function createTicker(options: TickerOptions): Service {
  const { log, codec, clock, logger, projection, intervalMs } = options
  const session = `ticker/${clock.now()}`
  let seq = 0
  const look = async (): Promise<void> => {
    const at = clock.now() - GRACE_MS * 1000
    const partitions = projection.due(at)
    if (partitions.length === 0) return
    await tickPartitions({
      log,
      codec,
      swarm: 'waggle',
      run: null,
      at,
      partitions,
      session,
      seq: ++seq,
    })
  }
  const task = (): Promise<void> =>
    look().catch((error: unknown) => logger.warn({}, `No tick: ${messageOf(error)}`))
  return createPeriodic({ name: 'ticker', clock, intervalMs, task })
}
