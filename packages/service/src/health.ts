import type { RunnerState, RunnerStatus } from '@waggle/consume'
import type { KafkaLogStatus } from '@waggle/log/kafka'

/** What a service says of itself. */
export interface Health {
  readonly service: string
  /** starting: waits for something; ok: works; degraded: works on, something is wrong; stopping: drains. */
  readonly state: 'starting' | 'ok' | 'degraded' | 'stopping'
  /** What is wrong or waited for, one line each. */
  readonly reasons: readonly string[]
  readonly log: LogHealth | undefined
  readonly projections: readonly ProjectionHealth[]
}

export interface LogHealth {
  readonly state: 'up' | 'down'
  readonly pendingBytes: number
  readonly skippedOffsets: string
  /** Clients thrown away and made anew. */
  readonly rebuilds: number
}

export interface ProjectionHealth {
  readonly name: string
  readonly state: RunnerState
  readonly lag: string
  readonly refused: number
  readonly partitions: number
}

export interface HealthInput {
  readonly service: string
  readonly stopping: boolean
  /** What the start waits for. */
  readonly waiting: string | undefined
  readonly log: KafkaLogStatus | undefined
  readonly projections: readonly RunnerStatus[]
}

export function healthOf({ service, stopping, waiting, log, projections }: HealthInput): Health {
  const reasons = [
    ...(waiting === undefined ? [] : [waiting]),
    ...(log?.reason === undefined ? [] : [`kafka: ${log.reason}`]),
    ...projections.flatMap(({ name, reason }) =>
      reason === undefined ? [] : [`${name}: ${reason}`],
    ),
  ]
  const starting = log === undefined || projections.length === 0
  const working = reasons.length === 0 ? 'ok' : 'degraded'
  return {
    service,
    state: stopping ? 'stopping' : starting ? 'starting' : working,
    reasons,
    log: log === undefined ? undefined : logHealth(log),
    projections: projections.map(({ name, state, lag, refused, partitions }) => ({
      name,
      state,
      lag: String(lag),
      refused,
      partitions,
    })),
  }
}

/** Whether to send it work: it has all it needs, and projects. */
export function isReady(health: Health): boolean {
  return health.state === 'ok' && health.projections.every(({ state }) => state === 'running')
}

function logHealth({ state, pendingBytes, skippedOffsets, rebuilds }: KafkaLogStatus): LogHealth {
  return { state, pendingBytes, skippedOffsets: String(skippedOffsets), rebuilds }
}
