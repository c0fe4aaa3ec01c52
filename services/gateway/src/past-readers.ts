import { isForkRun, positionText } from '@waggle/event'
import { createRunLog, lineageOf } from '@waggle/fork'
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
export function createPastReaders(
  bus: Pick<GatewayBus, 'query' | 'clock' | 'log' | 'codec'>,
): PastReaders {
  const { clock } = bus
  const readerOf = (scope: Scope, asOf: AsOf): PastReader<GatewayPast> =>
    isForkRun(scope.run) ? forkReader(bus, scope, asOf) : bus.query(scope).asOf(asOf)
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
          : { reader: readerOf({ swarm, run }, asOf), until: now + FRESH_MICROS }
      kept.set(key, entry)
      for (const oldest of kept.keys()) if (kept.size > KEPT) kept.delete(oldest)
      return entry.reader
    },
  }
}

/** A fork is read with what it began with, as one log. NOT_FOUND, at the first read, for one that nobody made. */
function forkReader(
  { query, log, codec }: Pick<GatewayBus, 'query' | 'log' | 'codec'>,
  scope: Scope,
  asOf: AsOf,
): PastReader<GatewayPast> {
  let opened: Promise<PastReader<GatewayPast>> | undefined
  const open = (): Promise<PastReader<GatewayPast>> =>
    (opened ??= lineageOf({ log, codec }, scope.swarm, scope.run).then((lineage) =>
      query({ ...scope, log: createRunLog({ log, lineage }) }).asOf(asOf),
    ))
  return {
    asOf,
    read: async (name, read) => (await open()).read(name, read),
    trajectory: async (of) => (await open()).trajectory(of),
  }
}

const FRESH_MICROS = 5_000_000
