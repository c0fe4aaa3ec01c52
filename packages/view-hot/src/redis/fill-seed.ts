import type { KnownEvent } from '@waggle/consume'
import type { TopicPartition } from '@waggle/event'
import { swarmOf, type HotState } from '../hot-state.ts'
import type { SwarmScope } from '../hot-view.ts'
import type { HotKeys } from './hot-keys.ts'
import { absorbHash } from './merge-hot.ts'
import type { RedisClient } from './redis-link.ts'

/** The sums and fences that the fills of a batch build on. */
interface FillNeeds {
  readonly scope: SwarmScope
  readonly holdings: Set<string>
  readonly resources: Set<string>
}

/** Sums as they are stored, and the position they were read at, in one step. */
export interface FillSeed {
  readonly state: HotState
  /** Undefined where nothing had to be read. */
  readonly readAt: bigint | undefined
}

export async function readFillSeed(
  client: RedisClient,
  keys: HotKeys,
  at: TopicPartition,
  events: readonly KnownEvent[],
): Promise<FillSeed> {
  const state: HotState = new Map()
  const needs = fillNeeds(events)
  if (needs.length === 0) return { state, readAt: undefined }
  const transaction = client.multi().hget(keys.position(at), 'next_offset')
  for (const { scope, holdings, resources } of needs) {
    const key = (collection: 'totals' | 'holdings' | 'fences'): string =>
      keys.of(at, collection, scope)
    transaction.hmget(key('totals'), 'stale_fills')
    transaction.hmget(key('holdings'), ...holdings)
    // A field must be named: the empty one is never set, for resources have names.
    transaction.hmget(key('fences'), '', ...resources)
  }
  const replies = (await transaction.exec()) ?? []
  const [next, ...values] = replies.map(([error, value]) => {
    if (error !== null) throw error
    return value
  })
  needs.forEach(({ scope, holdings, resources }, index) => {
    const swarm = swarmOf(state, scope.run, scope.swarm)
    const [totals, held, fences] = values.slice(index * 3) as (string | null)[][]
    absorbHash.totals(swarm, found(['stale_fills'], totals!))
    absorbHash.holdings(swarm, found([...holdings], held!))
    absorbHash.fences(swarm, found(['', ...resources], fences!))
  })
  return { state, readAt: BigInt((next as string | null) ?? '0') }
}

function fillNeeds(events: readonly KnownEvent[]): FillNeeds[] {
  const needs = new Map<string, FillNeeds>()
  for (const { event } of events) {
    if (event.kind !== 'fill') continue
    const { run, swarm } = event
    const name = JSON.stringify([run, swarm])
    const need = needs.get(name) ?? {
      scope: { run, swarm },
      holdings: new Set(),
      resources: new Set(),
    }
    needs.set(name, need)
    need.holdings.add(`${event.agent}/${event.instrument}`)
    if (event.lock_resource !== null) need.resources.add(event.lock_resource)
  }
  return [...needs.values()]
}

function found(
  names: readonly string[],
  values: readonly (string | null)[],
): Record<string, string> {
  return Object.fromEntries(
    names.flatMap((name, index) => {
      const value = values[index]
      return value === null || value === undefined ? [] : [[name, value]]
    }),
  )
}
