import { composeServices, type Clock, type Logger, type Service } from '@waggle/base'
import type { Codec } from '@waggle/codec'
import { createRunner, type ProjectionRunner } from '@waggle/consume'
import type { EventLog } from '@waggle/log'
import { createResultPublisher } from '@waggle/view-coordination'
import {
  COMPENSATION_TOPIC,
  createErasureProjection,
  type ErasureOptions,
} from './project-erasures.ts'

export interface EraserService extends Service {
  /** Caught up: every erasure asked for is done, and its receipt is in the log. */
  readonly runner: ProjectionRunner
}

export interface EraserServiceOptions extends Pick<ErasureOptions, 'vault' | 'forgetters'> {
  readonly log: EventLog
  readonly codec: Codec
  readonly clock: Clock
  readonly logger: Logger
  /** Runner of the memory view of this process. */
  readonly memory: Pick<ProjectionRunner, 'progress'>
}

/** A view that rests or stalls is waited for again, after the runner's own delay. */
const DROPPED_TIMEOUT_MS = 30_000

/**
 * Erases subjects. Every process with a memory view of its own needs one, for its own snapshots; the receipt is
 * said once. A failure stalls it with the reason in its status, and it tries again: an erasure is never skipped.
 */
export function createEraserService(options: EraserServiceOptions): EraserService {
  const { log, codec, memory } = options
  const projection = createErasureProjection({
    ...options,
    publisher: createResultPublisher(log, codec, [COMPENSATION_TOPIC]),
    dropped: (position) => memory.progress.waitFor([position], DROPPED_TIMEOUT_MS),
  })
  const runner = createRunner({ ...options, projection })
  return { ...composeServices('eraser', [runner]), runner }
}
