import type { LiveStats } from '@waggle/api'
import type { GatewayParts } from './gateway-parts.ts'
import type { StatsOf } from './live-tail.ts'

/** Rates, lag, dead letters and alerts of the bus. */
export function createLiveStats({ bus, clock }: Pick<GatewayParts, 'bus' | 'clock'>): StatsOf {
  return async () => {
    const statuses = await Promise.all(bus.runners.map((runner) => runner.status()))
    const stats: LiveStats = {
      at: clock.now(),
      rates: {},
      kinds: {},
      events: 0,
      lag: Object.fromEntries(statuses.map(({ name, lag }) => [name, String(lag)])),
      dead_letters: 0,
      alerts: statuses
        .filter(({ state }) => state === 'stalled')
        .map(({ name, reason }) => ({ name, level: 'error', text: reason ?? 'stalled' })),
    }
    return stats
  }
}
