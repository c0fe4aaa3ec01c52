import {
  createPeriodic,
  messageOf,
  type Clock,
  type Logger,
  type Micros,
  type Service,
} from '@waggle/base'
import type { Codec } from '@waggle/codec'
import { tickPartitions } from '@waggle/emit'
import type { TopicPartition } from '@waggle/event'
import type { EventLog } from '@waggle/log'

export interface ViewTickerOptions {
  readonly log: EventLog
  readonly codec: Codec
  readonly clock: Clock
  readonly logger: Logger
}

/** Producers' events may be this much behind: a tick must not make them late. */
const GRACE_MICROS = 1_000_000

/**
 * What a view does by time it does once every partition has passed it; in partitions of the live run where nobody
 * speaks, a tick says that it has passed.
 *
 * @param intervalMs Milliseconds between two looks.
 */
export function createViewTicker(
  { log, codec, clock, logger }: ViewTickerOptions,
  view: { due(by: Micros): TopicPartition[] },
  name: string,
  intervalMs: number,
): Service {
  const session = `${name}/${clock.now()}`
  let seq = 0
  const look = async (): Promise<void> => {
    const at = clock.now() - GRACE_MICROS
    const partitions = view.due(at)
    if (partitions.length === 0) return
    const swarm = 'waggle'
    await tickPartitions({ log, codec, swarm, run: null, at, partitions, session, seq: ++seq })
  }
  const task = (): Promise<void> =>
    look().catch((error: unknown) => logger.warn({}, `No tick: ${messageOf(error)}`))
  return createPeriodic({ name, clock, intervalMs, task })
}
