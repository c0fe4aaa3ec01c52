import { positionText } from '@waggle/event'
import type { PastReader } from '@waggle/query'
import type { AsOf } from '@waggle/replay'
import type { GatewayBus, GatewayPast } from './gateway-bus.ts'

interface Scope {
  readonly swarm: string
  readonly run: string | null
}

export interface PastReaders {
  of(scope: Scope, asOf: AsOf): PastReader<GatewayPast>
}

const KEPT = 8

/**
 * The views of the latest few pasts asked for: a page asks several questions about one. Only sealed pasts never
 * change, so others are kept for a moment alone.
 */
export function createPastReaders({
  query,
  clock,
}: Pick<GatewayBus, 'query' | 'clock'>): PastReaders {
  const kept = new Map<string, { reader: PastReader<GatewayPast>; until: number }>()
  return {
    of: ({ swarm, run }, asOf) => {
      const at = typeof asOf === 'number' ? String(asOf) : asOf.map(positionText).sort().join()
      const key = JSON.stringify([swarm, run, at])
      const now = clock.now()
      const known = kept.get(key)
      kept.delete(key)
      const entry =
        known !== undefined && known.until > now
          ? known
          : { reader: query({ swarm, run }).asOf(asOf), until: now + FRESH_MICROS }
      kept.set(key, entry)
      for (const oldest of kept.keys()) if (kept.size > KEPT) kept.delete(oldest)
      return entry.reader
    },
  }
}

const FRESH_MICROS = 5_000_000
