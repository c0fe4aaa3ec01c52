import type { ProjectionJson } from '@waggle/api'
import type { RunnerState, RunnerStatus } from '@waggle/consume'
import { tokenOfApplied } from '../read-scope.ts'
import type { RateMeter } from './rate-meter.ts'

const STATES: Readonly<Record<RunnerState, ProjectionJson['state']>> = {
  idle: 'stopped',
  paused: 'waiting',
  running: 'running',
  stalled: 'stalled',
}

export function projectionJson(status: RunnerStatus, rates: RateMeter): ProjectionJson {
  const { name, state, reason, lag, refused, applied, partitions } = status
  let total = 0n
  for (const next of applied.values()) total += next
  return {
    name,
    state: STATES[state],
    reason: reason ?? null,
    position: tokenOfApplied(applied),
    lag: String(lag),
    rate: rates.look(name, total),
    refused,
    partitions,
    can_rebuild: true,
  }
}
